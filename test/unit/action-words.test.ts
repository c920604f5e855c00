// What the panel says and what it offers: no text names an action that is not there, and no action comes without a text that names it.
import { describe, expect, it } from 'vitest';
import { en } from '../../src/desktop/messages-en.ts';
import {
  type ActionVerb,
  canSwitch,
  type Observed,
  offeredAction,
  offerOf,
  otherActions,
  PHASE_VIEWS,
  remedyOf,
  switchOn,
} from '../../src/desktop/views.ts';
import { KNOWN_ENDS } from '../../src/model/known-end.ts';
import { PROBLEMS, type Problem, type ProblemAction, type ProblemCode, problem } from '../../src/model/problems.ts';
import { PHASES } from '../../src/model/status.ts';
import { ago, statusIn } from '../renderer/snapshots.ts';

const NOW = Date.parse(ago(0));

/** How a text names an action. A restart is also named by "start it again". */
const NAMES: Readonly<Record<ProblemAction, RegExp>> = {
  start: /\bstart it again\b|\bstart the gateway\b|\buntil you start it\b/i,
  restart: /\brestart (it|the gateway)\b|\bA restart\b/i,
  repair: /\brepair (it|first)\b|\ba repair\b/i,
  refresh: /\btry again\b/i,
  showLog: /\bthe log\b/i,
  showConfiguration: /\bthe configuration\b/i,
  updateHermes: /\bupdate Hermes\b/i,
  turnOn: /\bturn (it |this service |the switch )?on\b/i,
  turnOff: /\bturn (it |this service |the switch )?off\b/i,
};

const namedIn = (text: string): ProblemAction[] => (Object.keys(NAMES) as ProblemAction[]).filter(action => NAMES[action].test(text));

/** What can be done with these buttons and the switch. */
function doable(verbs: readonly ActionVerb[], observed: Observed): ReadonlySet<ProblemAction> {
  const all = new Set<string>(verbs);
  if (all.has('restart')) all.add('start');
  if (canSwitch(observed)) all.add(switchOn(observed) ? 'turnOff' : 'turnOn');
  return all as ReadonlySet<ProblemAction>;
}

const shown = (observed: Observed) => {
  const { row, below } = offerOf(observed);
  return [...(row ? [row] : []), ...(below?.actions ?? [])];
};
const verbsOf = (actions: readonly { readonly verb: ActionVerb }[]): ActionVerb[] => actions.map(({ verb }) => verb);

const CODES = Object.keys(PROBLEMS) as ProblemCode[];
const none = undefined;

/** Every phase with every problem, alone and beside that of the phase. */
const cases = PHASES.flatMap(phase =>
  [none, ...CODES].flatMap(code => {
    const found = code === none ? [] : [problem(code)];
    const usual = statusIn(phase).problems.filter(each => each.code !== code);
    return [found, [...usual, ...found]].map(problems => ({ phase, code, status: statusIn(phase, { problems }) }));
  }),
);

describe('words and actions', () => {
  it('are the same for every remedy of the table: it names its actions and no others', () => {
    for (const code of CODES) {
      const { remedy, actions } = PROBLEMS[code];
      expect(namedIn(remedy).sort(), `${code}: ${remedy}`).toEqual([...actions].sort());
    }
  });

  it('leave out no action and no need: what needs nothing says so, and has no administrator to ask', () => {
    for (const code of CODES) {
      const { remedy, severity = 'warning' } = PROBLEMS[code];
      if (/Nothing needs to be done/.test(remedy)) expect(severity, code).toBe('info');
    }
  });

  it('name in the sentence of the row only what the panel offers, in every phase with every problem', () => {
    for (const { phase, code, status } of cases) {
      const observed = { status };
      const sentence = en.sentence(status, NOW);
      const there = doable(verbsOf([...shown(observed), ...otherActions(observed)]), observed);
      for (const action of namedIn(sentence)) expect(there, `${phase} ${code}: ${sentence}`).toContain(action);
      // The details, where the log is, may be closed.
      if (NAMES.showLog.test(sentence)) expect(verbsOf(shown(observed)), `${phase} ${code}`).toContain('showLog');
    }
  });

  it('show a remedy only where each action that it names is a button or the switch', () => {
    for (const { phase, code, status } of cases) {
      const observed = { status };
      const there = doable(verbsOf([...shown(observed), ...otherActions(observed)]), observed);
      for (const each of status.problems.filter(found => remedyOf(found, observed))) {
        const { remedy } = en.problem(each);
        for (const action of namedIn(remedy)) expect(there, `${phase} ${code}: ${remedy}`).toContain(action);
      }
    }
  });

  it('have the button of the row named by a text, where it is not that of the phase', () => {
    for (const { phase, code, status } of cases) {
      const observed = { status };
      const verb = offeredAction(observed)?.verb;
      if (verb === undefined || verb === PHASE_VIEWS[phase].action) continue;
      const remedies = status.problems.filter(found => remedyOf(found, observed)).map(found => en.problem(found).remedy);
      const named = namedIn([en.sentence(status, NOW), ...remedies].join(' '));
      expect(named.includes(verb as ProblemAction) || (verb === 'restart' && named.includes('start')), `${phase} ${code}: ${verb}`).toBe(
        true,
      );
    }
  });

  it('never offer in the row what an error shows to be of no use', () => {
    const offered = (phase: (typeof PHASES)[number], found: Problem) => {
      const { row, below } = offerOf({ status: statusIn(phase, { problems: [found] }) });
      return [row?.verb, ...verbsOf(below?.actions ?? [])];
    };
    expect(offered('needs-attention', problem('configuration'))).toEqual([none, 'showConfiguration', 'showLog', 'start']);
    expect(offered('failed', problem('bad-update'))).toEqual([none, 'showLog', 'start']);
    expect(offered('restarting', problem('crash-loop'))).toEqual(['restart', 'showLog']);
    expect(offered('needs-attention', problem('service-superfluous'))).toEqual(['repair']);
    expect(offered('degraded', problem('host-missing'))).toEqual(['repair']);
    // A warning does not keep a gateway from being started.
    expect(offered('stopped', problem('host-outdated'))).toEqual(['start']);
  });

  it('offer the one action that helps where files are missing: the update of the app, or else the log', () => {
    for (const known of ['module-missing', 'hermes-incomplete'] as const) {
      const status = statusIn('failed', { problems: [], lastExit: { code: 1, reason: 'It failed.', known, at: ago(0) } });
      expect(verbsOf(shown({ status, canUpdateHermes: true }))).toEqual(['start', 'updateHermes']);
      expect(verbsOf(shown({ status }))).toEqual(['start', 'showLog']);
      for (const can of [true, undefined] as const) expect(en.help(status, can)).toMatch(/^Update Hermes /);
      expect(verbsOf(shown({ status, canUpdateHermes: true, operation: { verb: 'start' } }))).toEqual([]);
    }
    // Not for every end.
    const lastExit = { code: 1, reason: 'It failed.', known: 'disk-full', at: ago(0) } as const;
    expect(verbsOf(shown({ status: statusIn('failed', { lastExit }), canUpdateHermes: true }))).not.toContain('updateHermes');
  });

  it.each(
    KNOWN_ENDS.flatMap(
      known =>
        [
          [known, undefined],
          [known, true],
        ] as const,
    ),
  )('fit each other after the end %s, in every phase (where the app updates Hermes: %s)', (known, canUpdateHermes) => {
    for (const phase of PHASES) {
      const lastExit = { code: 1, reason: 'It failed.', known, at: ago(0) };
      const observed = { status: statusIn(phase, { lastExit }), canUpdateHermes };
      const text = en.help(observed.status, canUpdateHermes);
      if (text === undefined) continue;
      const buttons = shown(observed);
      const there = doable(verbsOf(buttons), observed);
      // Without such a way of the app, the text says what to do elsewhere.
      const named = namedIn(text).filter(action => action !== 'updateHermes' || canUpdateHermes);
      for (const action of named) expect(there, `${phase}: ${text}`).toContain(action);
      for (const verb of verbsOf(buttons)) {
        expect(named.includes(verb as ProblemAction) || (verb === 'restart' && named.includes('start')), `${phase} ${verb}: ${text}`).toBe(
          true,
        );
      }
    }
  });
});
