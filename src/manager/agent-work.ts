/** Asks a running gateway for its work in progress, and lets a restart wait for the end of that work. */

import type { Ask } from '../control/pipe-protocol.ts';
import { controlPath, readStatus } from '../gateway/control-socket.ts';
import type { AgentWork } from '../model/agent-work.ts';
import { isIdle } from '../model/agent-work.ts';
import { GatewayServiceError } from '../model/errors.ts';
import type { Report } from '../model/operation-steps.ts';
import type { Status } from '../model/status.ts';
import { restart } from './bring-up.ts';
import type { GatewayService } from './gateway-service.ts';
import { connectRunner } from './runner-connection.ts';

/** A user waits for the answer, in milliseconds. */
const ANSWER_MS = 1_000;
const NONE: AgentWork = { active: 0, isComplete: true };

/** Undefined where the gateway does not say it: older versions of Hermes, and one that does not answer. */
export async function agentWork(service: GatewayService): Promise<AgentWork | undefined> {
  const { phase, gatewayPid } = await service.status();
  if (phase !== 'running' && phase !== 'degraded') return NONE;
  const answer = await readStatus(controlPath(service.identity.home), { timeoutMs: ANSWER_MS });
  if (!answer.ok || answer.result.pid !== gatewayPid) return undefined;
  const { active, isComplete } = answer.result;
  return { active, isComplete };
}

/**
 * Resolves at once where the agent is at work; else as `restart`.
 * @throws GatewayServiceError `work-unknown` where it could not be known when to restart
 */
export async function restartWhenIdle(service: GatewayService, report: Report): Promise<Status> {
  await service.requireInstalled();
  const work = await agentWork(service);
  if (!work?.isComplete) throw new GatewayServiceError('work-unknown', `(${service.identity.service})`);
  if (isIdle(work)) return restart(service, report);
  await askRunning(service, 'restart-when-idle');
  return service.status();
}

/** The gateway runs on. Without a restart that waits it changes nothing. */
export async function cancelRestart(service: GatewayService): Promise<void> {
  await service.requireInstalled();
  await askRunning(service, 'cancel-restart');
}

async function askRunning(service: GatewayService, ask: Ask): Promise<void> {
  const connection = await connectRunner(service.source);
  await connection?.ask(ask);
  connection?.close();
}
