// Everything that a catalogue can say, by what it was asked for.
import type { Messages, ShellMessages } from '../../src/desktop/messages.ts';
import type { AlertKind } from '../../src/desktop/notification-model.ts';
import type { AfterQuit } from '../../src/desktop/shell-messages.ts';
import { ERRORS, type ErrorCode } from '../../src/model/error-table.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import type { HistoryRecord } from '../../src/model/history.ts';
import { KNOWN_ENDS } from '../../src/model/known-end.ts';
import { type OperationStep, STEPS } from '../../src/model/operation-steps.ts';
import { PROBLEMS, type ProblemCode, problem } from '../../src/model/problems.ts';
import { PHASES } from '../../src/model/status.ts';
import { UPDATE_OUTCOMES, UPDATE_STEPS } from '../../src/update/update-shape.ts';
import { ago, NOW, receiptFor, snapshotIn, statusIn, updateAt, updateEnd } from '../renderer/snapshots.ts';

const HISTORY: readonly HistoryRecord[] = [
  ...(['asked', 'recovery', 'in-place', 'released'] as const).map(cause => ({ at: ago(0), kind: 'started', pid: 1, cause }) as const),
  ...([0, 1, 75, 78, null] as const).map(
    code => ({ at: ago(0), kind: 'ended', pid: 7, code, outcome: 'failure', reason: 'It failed', uptimeMs: 5_000 }) as const,
  ),
  ...(['stopped', 'stopped-from-outside', 'session-ending'] as const).map(
    outcome => ({ at: ago(0), kind: 'ended', pid: null, code: null, outcome, reason: 'No program', uptimeMs: 0 }) as const,
  ),
  ...(['held', 'degraded', 'recovered'] as const).map(what => ({ at: ago(0), kind: 'noted', what, reason: 'hermes update' }) as const),
  { at: ago(0), kind: 'noted', what: 'slept', reason: 'the computer slept', sleptMs: 4 * 3_600_000 },
];

const UPDATE_ENDS = UPDATE_OUTCOMES.flatMap(outcome => [
  updateEnd(outcome),
  updateEnd(outcome, { why: new GatewayServiceError('files-in-use').toValue() }),
]);

export function everything(messages: Messages): Record<string, string> {
  const said: Record<string, string> = {};
  for (const phase of PHASES) {
    for (const [variant, status] of Object.entries({
      plain: statusIn(phase),
      asked: statusIn(phase, { restartRequested: true }),
      troubled: statusIn(phase, { problems: [problem('gateway-degraded'), problem('log-incomplete')] }),
    })) {
      const name = `${phase} ${variant}`;
      said[`sentence ${name}`] = messages.sentence(status, NOW);
      said[`announcement ${name}`] = messages.announcement(status);
      said[`restarts ${name}`] = messages.restarts(status, NOW);
      said[`ladder ${name}`] = messages.ladder(status);
    }
    for (const known of KNOWN_ENDS) {
      const ended = statusIn(phase, { lastExit: { code: 1, reason: 'It failed.', known, at: ago(0) }, problems: [problem('crash-loop')] });
      said[`sentence ${phase} ${known}`] = messages.sentence(ended, NOW);
      said[`help ${phase} ${known}`] = messages.help(ended) ?? '';
    }
    said[`phase ${phase}`] = messages.phase[phase];
    said[`restart ${phase}`] = messages.actionLabel({ verb: 'restart', elevated: true }, phase);
  }
  for (const verb of ['install', 'uninstall'] as const) {
    const receipt = receiptFor(verb);
    Object.assign(said, Object.fromEntries(Object.entries(messages.confirm(receipt)).map(([name, text]) => [`${verb} ${name}`, text])));
    for (const row of receipt.rows) said[`${verb} ${row.action} ${row.kind}`] = messages.receiptLine(row);
  }
  for (const verb of ['install', 'uninstall', 'start', 'stop', 'restart', 'update', 'repair', 'test-recovery'] as const)
    said[`operation ${verb}`] = messages.operation({ verb });
  for (const step of Object.keys(STEPS) as OperationStep[])
    said[`step ${step}`] = messages.operation({ verb: 'install', step, subject: 'pip' });
  for (const [at, record] of HISTORY.entries()) said[`history ${at}`] = messages.historyLine(record);
  for (const code of Object.keys(PROBLEMS) as ProblemCode[])
    said[`problem ${code}`] = Object.values(messages.problem(problem(code))).join();
  for (const code of Object.keys(ERRORS) as ErrorCode[])
    said[`error ${code}`] = Object.values(messages.error(new GatewayServiceError(code).toValue())).join();
  for (const end of UPDATE_ENDS) said[`end ${JSON.stringify(end)}`] = Object.values(messages.update.end(end, NOW)).join();
  for (const step of UPDATE_STEPS) said[`step ${step}`] = messages.update.step[step];
  for (const [name, text] of Object.entries({ ...messages.update.stage, ...messages.update.gateway })) said[`update ${name}`] = text;
  const { text, ...answers } = messages.restartQuestion;
  for (const active of [1, 2]) said[`restart at ${active}`] = text({ active, isComplete: true });
  for (const [name, answer] of Object.entries(answers)) said[`restart: ${name}`] = answer;
  said['recovered'] = messages.recovered(1_300);
  for (const phase of ['starting', 'stopping'] as const)
    said[`slow ${phase}`] = messages.sentence(statusIn(phase, { phaseSince: ago(40_000), lastLine: 'connecting' }), NOW);
  said['waits'] = messages.sentence(statusIn('running', { restartWhenIdle: true }), NOW);
  said['update title'] = messages.update.title(updateAt('updating'));
  said['update by'] = messages.update.by(updateAt('updating'), NOW);
  for (const [name, text] of Object.entries({ ...messages.details, ...messages.mechanism })) said[name] = text;
  return said;
}

const ALERTS: Readonly<Record<AlertKind, true>> = {
  'crash-loop': true,
  configuration: true,
  failed: true,
  'bad-update': true,
  'removal-pending': true,
  recovered: true,
};

const AFTER_QUIT: Readonly<Record<AfterQuit, true>> = {
  nothing: true,
  runs: true,
  starts: true,
  'starts-again': true,
  'starts-at-sign-in': true,
  stops: true,
  'stays-stopped': true,
  differ: true,
  'update-ends': true,
  'update-continues': true,
};

/** The same for the shell around the panel. */
export function everythingOfShell({ tray, alert, alertAction, closedToTray }: ShellMessages): Record<string, string> {
  const said: Record<string, string> = { ...alertAction, open: tray.open('Hermes'), ...tray.update };
  for (const label of ['turnOn', 'logs', 'copyDetails'] as const) said[label] = tray[label];
  const profiles = ['default', 'work'];
  for (const phase of PHASES) {
    const snapshots = [
      snapshotIn(phase, { problems: [problem('crash-loop')] }, { profiles }),
      snapshotIn(phase, { profile: 'work' }, { profile: 'work', profiles, operation: { verb: 'restart', since: ago(0) } }),
    ];
    said[`title ${phase}`] = snapshots.map(tray.title).join();
    said[`tooltip ${phase}`] = tray.tooltip(snapshots);
    for (const kind of Object.keys(ALERTS) as AlertKind[])
      for (const known of [undefined, ...KNOWN_ENDS]) {
        const lastExit = { code: 1, reason: 'It failed.', cause: 'no such model', at: ago(0), ...(known && { known }) };
        said[`alert ${kind} ${phase} ${known}`] = Object.values(alert(kind, snapshotIn(phase, { lastExit }, { profiles }))).join();
      }
  }
  for (const after of Object.keys(AFTER_QUIT) as AfterQuit[])
    for (const gateways of [1, 2]) said[`quit ${after} ${gateways}`] = tray.quit('Hermes', after, gateways);
  said['closed to the tray'] = Object.values(closedToTray('Hermes')).join();
  return said;
}
