/** Counts failures for the app's telemetry. A status has no secrets in it, but paths and texts of Hermes; send only codes and numbers. */

import type { GatewayServiceRegistration, Status } from 'hermes-gateway-service/main';

/** Calls back once for each end of a gateway that was not requested. Returns the unsubscribe. */
export function onFailure(gateway: GatewayServiceRegistration, report: (end: { code: number | null; known?: string }) => void): () => void {
  const reported = new Map<Status['service'], string | undefined>();
  return gateway.onStatus(({ service, lastExit, desired }) => {
    const isNews = reported.has(service) && reported.get(service) !== lastExit?.at;
    reported.set(service, lastExit?.at);
    if (!isNews || !lastExit || desired === 'stopped') return;
    report({ code: lastExit.code, ...(lastExit.known && { known: lastExit.known }) });
  });
}
