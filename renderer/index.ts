/** The exports for a host app: store, panel, English catalogue, and the types of the components that it can replace. */

export { formatDetails, redact } from '../src/desktop/details.ts';
export type { Messages } from '../src/desktop/messages.ts';
export { en } from '../src/desktop/messages-en.ts';
export { createGatewayServiceStore, type GatewayServiceState, type GatewayServiceStore, type KnownProfile } from '../src/desktop/store.ts';
export type { ButtonProps, ConfirmProps, FilterProps, PanelComponents, RowProps, SelectProps, SwitchProps } from './components.ts';
export { GatewayServicePanel, type GatewayServicePanelProps } from './gateway-service-panel.tsx';
