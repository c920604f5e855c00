/**
 * The update under way, for panel and tray: the journal that says so, whoever wrote it, or the marker of Hermes' own updater. The folder
 * of the journals is listened to while somebody wants to know; nothing polls.
 */

import type { UpdatesPort } from '../../src/desktop/controller.ts';
import type { ShownUpdate } from '../../src/desktop/ipc.ts';
import { type LivingUpdater, livingUpdater } from '../../src/gateway/update-marker.ts';
import { watchFolder } from '../../src/state/folder-watch.ts';
import { isUnderWay, readJournals, type UpdateJournal } from '../../src/update/journal.ts';
import type { UpdatePorts } from '../../src/update/ports.ts';

/** Writes of a journal come close together; a window has no use for more than this many, in milliseconds. */
const AT_MOST_EVERY_MS = 250;
/** Stands for the update that no journal of ours tells of. */
const HERMES_ID = 'hermes';

export interface UpdateFeedOptions extends Pick<UpdatePorts, 'stateRoot' | 'processes'> {
  /** The Hermes root, where its updater leaves its marker. */
  readonly root: string;
}

export function updateFeed({ stateRoot, processes, root }: UpdateFeedOptions): UpdatesPort {
  async function current(): Promise<ShownUpdate | undefined> {
    for (const found of await readJournals(stateRoot))
      if ('journal' in found && isUnderWay(found.journal, processes)) return shownUpdate(found.journal);
    const updater = livingUpdater(root, processes);
    return updater && hermesUpdate(updater);
  }

  function watch(listener: () => void): () => void {
    let told: string | undefined;
    let lookedAtMs = Number.NEGATIVE_INFINITY;
    let timer: NodeJS.Timeout | undefined;
    /** While Hermes updates, so that the end is heard; its folder changes far too often to listen to it always. */
    let unwatchRoot: (() => void) | undefined;
    let ended = false;

    const look = async () => {
      timer = undefined;
      lookedAtMs = performance.now();
      const update = await current();
      if (ended) return;
      if (update?.id === HERMES_ID) unwatchRoot ??= watchFolder(root, changed);
      else {
        unwatchRoot?.();
        unwatchRoot = undefined;
      }
      const now = JSON.stringify(update);
      if (now !== told) listener();
      told = now;
    };
    const changed = () => {
      if (timer) return;
      const waitMs = lookedAtMs + AT_MOST_EVERY_MS - performance.now();
      if (waitMs > 0) timer = setTimeout(look, waitMs);
      else void look();
    };

    const unwatch = watchFolder(stateRoot, changed);
    return () => {
      ended = true;
      unwatch();
      unwatchRoot?.();
      clearTimeout(timer);
    };
  }

  return { current, watch };
}

function shownUpdate({ id, what, who, since, step, progress, versions, owner, profiles }: UpdateJournal): ShownUpdate {
  return {
    id,
    what,
    who,
    since,
    step,
    own: owner.pid === process.pid,
    ...(progress !== undefined && { progress }),
    ...(versions && { versions }),
    gateways: profiles.map(({ profile, state, error }) => ({ profile, state, ...(error && { error }) })),
  };
}

/** "hermes update" in a terminal, or from chat. */
function hermesUpdate({ startedAtMs }: LivingUpdater): ShownUpdate {
  const since = new Date(startedAtMs).toISOString();
  return { id: HERMES_ID, what: 'Hermes', who: 'hermes update', since, step: 'updating', own: false, gateways: [] };
}
