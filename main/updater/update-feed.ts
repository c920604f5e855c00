/** The running update, from the journal of any program or the marker of Hermes' own updater; watched only while there is a listener. */

import type { UpdatesPort } from '../../src/desktop/controller.ts';
import type { ShownUpdate } from '../../src/desktop/ipc.ts';
import { type LivingUpdater, livingUpdater } from '../../src/gateway/update-marker.ts';
import { watchFolder } from '../../src/state/folder-watch.ts';
import { isUnderWay, readJournals, type UpdateJournal } from '../../src/update/journal.ts';
import type { UpdatePorts } from '../../src/update/ports.ts';

/** Shortest time between two reads, in milliseconds, because writes of a journal come close together. */
const MIN_INTERVAL_MS = 250;
/** The id of an update by Hermes' own updater, which has no journal. */
const HERMES_ID = 'hermes';

export interface UpdateFeedOptions extends Pick<UpdatePorts, 'stateRoot' | 'processes'> {
  /** The Hermes root, which contains the marker of its updater. */
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
    let published: string | undefined;
    let readAtMs = Number.NEGATIVE_INFINITY;
    let timer: NodeJS.Timeout | undefined;
    /** Set while Hermes updates, to notice the end; its folder changes too often to watch it always. */
    let unwatchRoot: (() => void) | undefined;
    let ended = false;

    const read = async () => {
      timer = undefined;
      readAtMs = performance.now();
      const update = await current();
      if (ended) return;
      if (update?.id === HERMES_ID) unwatchRoot ??= watchFolder(root, changed);
      else {
        unwatchRoot?.();
        unwatchRoot = undefined;
      }
      const now = JSON.stringify(update);
      if (now !== published) listener();
      published = now;
    };
    const changed = () => {
      if (timer) return;
      const waitMs = readAtMs + MIN_INTERVAL_MS - performance.now();
      if (waitMs > 0) timer = setTimeout(read, waitMs);
      else void read();
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

/** An update by "hermes update", in a terminal or from chat. */
function hermesUpdate({ startedAtMs }: LivingUpdater): ShownUpdate {
  const since = new Date(startedAtMs).toISOString();
  return { id: HERMES_ID, what: 'Hermes', who: 'hermes update', since, step: 'updating', own: false, gateways: [] };
}
