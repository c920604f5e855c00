/** What a host app imports: the store, the panel, the catalogue, and the shapes of the components that it may hand in. */

export { formatDetails, redact } from '../src/desktop/details.ts';
export type { Messages } from '../src/desktop/messages.ts';
export { en } from '../src/desktop/messages-en.ts';
export { createGatewayServiceStore, type GatewayServiceState, type GatewayServiceStore, type KnownProfile } from '../src/desktop/store.ts';
export type { ButtonProps, ConfirmProps, FilterProps, PanelComponents, RowProps, SelectProps, SwitchProps } from './components.ts';
export { GatewayServicePanel, type GatewayServicePanelProps } from './gateway-service-panel.tsx';
