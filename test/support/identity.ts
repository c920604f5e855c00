// Identities for tests that need no folder on the disk.
import type { GatewayIdentity } from '../../src/gateway/home.ts';

export function gatewayIdentityFor(root: string, profile = 'default'): GatewayIdentity {
  const named = profile !== 'default';
  return {
    profile,
    root,
    home: named ? `${root}/profiles/${profile}` : root,
    serviceId: named ? profile : '',
    service: named ? `HermesGateway-${profile}` : 'HermesGateway',
  };
}
