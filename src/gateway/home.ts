export interface GatewayIdentity {
  readonly profile: string;
  readonly root: string;
  readonly home: string;
  readonly serviceId: string;
  readonly serviceName: string;
}
