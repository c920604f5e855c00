/** The exports for a host app: store, panel, English catalogue, and the types of the components that it can replace. */

export { formatDetails, redact } from '../src/desktop/details.ts';
export type { Messages } from '../src/desktop/messages.ts';
export { en } from '../src/desktop/messages-en.ts';
export type { ConfirmText } from '../src/desktop/messages-en-changes.ts';
export type * from '../src/desktop/shapes.ts';
export {
  createGatewayServiceStore,
  type GatewayServiceState,
  type GatewayServiceStore,
  type KnownProfile,
  type ShownOperation,
  type StoreListener,
  type StoreOptions,
  type SwitchChoice,
} from '../src/desktop/store.ts';
export type { ActionVerb, LadderDot, PhaseAction } from '../src/desktop/views.ts';
export type { ButtonProps, ConfirmProps, FilterProps, PanelComponents, RowProps, SelectProps, SwitchProps } from './components.ts';
export { GatewayServicePanel, type GatewayServicePanelProps } from './gateway-service-panel.tsx';
