/** The repair of a gateway service: what the doctor repairs, then a start of a gateway that should run, then what is left. */

import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import { progress, type Report } from '../model/operation-steps.ts';
import { carriedOut, type Repair, repairReceipt } from '../model/repair.ts';
import { start } from './bring-up.ts';
import type { Doctor } from './doctor.ts';
import type { GatewayService } from './gateway-service.ts';
import { install } from './installation.ts';
import { forget } from './removal.ts';
import { takeDown } from './take-down.ts';

export async function repairService(service: GatewayService, doctor: Doctor, report: Report): Promise<Repair> {
  const { identity, folder } = service;
  const { repaired: attempted, refused } = await service.exclusively('repair', report, async () => {
    await service.requireInstalled();
    report(progress('repair', 'repairing'));
    return doctor.repair({ identity, folder, status: await service.status() }, report);
  });
  const after = await service.status();
  // A phase `starting` may have no process that starts it, for example after an installation that was killed.
  const isDown = after.phase === 'failed' || after.phase === 'starting' || (after.phase === 'stopped' && attempted.length > 0);
  const started =
    isDown && after.desired === 'running' ? await start(service, report, { unlessStopped: true }).catch(toGatewayServiceError) : after;
  const failed = refused ?? (started instanceof GatewayServiceError ? started : undefined);
  const status = started instanceof GatewayServiceError ? await service.status() : started;
  const [left, { host }] = await Promise.all([
    doctor.examine({ identity, folder, status: await service.status() }),
    service.mechanisms.inCharge(identity, folder),
  ]);
  const repaired = carriedOut(attempted, left);
  return {
    receipt: repairReceipt(identity, host.mechanism, repaired),
    repaired,
    left,
    status,
    ...(failed && { refused: failed.toValue() }),
  };
}

/** Turns on the service of the profile that serves this one, and removes the one of this profile. */
export async function handOver(service: GatewayService, to: GatewayService, report: Report): Promise<void> {
  const { identity, folder } = service;
  const { mechanism, servicePid } = await service.status();
  const gatewayCommand = await service.command({});
  const wanted = { ...(mechanism !== 'none' && { mechanism }), ...(gatewayCommand && { gatewayCommand }) };
  if (servicePid !== undefined) await takeDown(service, 'repair', report);
  if ((await to.status()).phase === 'not-installed') await install(to, wanted, report, identity.service);
  for (const host of await service.mechanisms.registered(identity, folder)) await host.unregister(identity, report);
  await forget(service, []);
}
