/**
 * The verbs over HTTP on loopback, for the shell without Electron: `POST /api/<verb>` with the page's token, pushes as server-sent events.
 * It reports whether the server answers, so that the page does not show an old state as the present one.
 */

import type { Reply, RequestOf, Snapshot, Transport } from '../../src/desktop/ipc.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { problemPage } from '../../src/model/problem-page.ts';
import type { Readable } from './use-store.ts';

/** The actions of the "Try it" strip and the answers to the UAC stand-in. */
export type TryIt = 'kill' | 'exit-75' | 'exit-78' | 'repair' | 'hang' | 'update' | `consent-${'on' | 'off' | 'yes' | 'no' | 'never'}`;

/** State of the UAC stand-in: whether the switch asks for an administrator, and whether the question is open. */
interface ConsentState {
  readonly required: boolean;
  readonly asking: boolean;
}

/** `lost` from a break of the event stream until it is open again; `refused` permanently, where the token is wrong. */
type Link = 'open' | 'lost' | 'refused';

export interface HttpTransport extends Transport {
  readonly link: Readable<Link>;
  readonly consent: Readable<ConsentState>;
  /** Resolves to a `Reply`, as `invoke` does. */
  tryIt(what: TryIt): Promise<unknown>;
}

/** Pause before a refused event stream is opened again, in milliseconds. The browser itself reopens a broken one. */
const REOPEN_MS = 2_000;
const UNAUTHORIZED = 401;

export function createHttpTransport(token: string): HttpTransport {
  const listeners = new Set<(snapshot: unknown) => void>();
  const link = observable<Link>('open');
  const consent = observable<ConsentState>({ required: false, asking: false });
  let events: EventSource | undefined;
  let reopening: ReturnType<typeof setTimeout> | undefined;

  function setLink(value: Link): void {
    if (link.get() !== 'refused') link.set(value);
  }

  async function post(path: string, payload: unknown): Promise<unknown> {
    try {
      const response = await fetch(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(payload),
      });
      if (response.status === UNAUTHORIZED) setLink('refused');
      return await response.json();
    } catch {
      return { ok: false, error: new GatewayServiceError('connection-lost').toValue() };
    }
  }

  function deliver(snapshot: unknown): void {
    for (const listener of [...listeners]) listener(snapshot);
  }

  /** Pushes during the interruption are lost, so the snapshot of every profile is requested again. */
  async function catchUp(): Promise<void> {
    const first = (await post('api/get', {})) as Reply<Snapshot>;
    if (!first.ok) return;
    deliver(first.value);
    for (const profile of first.value.profiles.filter(name => name !== first.value.profile)) {
      const other = (await post('api/get', { profile })) as Reply<Snapshot>;
      if (other.ok) deliver(other.value);
    }
  }

  function open(): void {
    events = new EventSource(`api/events?token=${encodeURIComponent(token)}`);
    events.onopen = () => {
      if (link.get() === 'open') return;
      setLink('open');
      void catchUp();
    };
    events.onmessage = event => deliver(JSON.parse(String(event.data)));
    events.addEventListener('consent', event => consent.set(JSON.parse(String(event.data))));
    events.onerror = () => {
      setLink('lost');
      if (events?.readyState === EventSource.CLOSED) reopening = setTimeout(() => void reopen(), REOPEN_MS);
    };
  }

  /** An event stream does not report why it is refused, so a verb is sent first. */
  async function reopen(): Promise<void> {
    await post('api/get', {});
    if (link.get() !== 'refused' && listeners.size > 0) open();
  }

  return {
    async invoke(verb, payload) {
      // A browser opens it itself; the app asks the system to.
      if (verb !== 'learnMore') return post(`api/${verb}`, payload);
      window.open(problemPage((payload as RequestOf<'learnMore'>).problem), '_blank', 'noopener');
      return { ok: true, value: null };
    },
    tryIt: what => post('api/try', { what }),
    link,
    consent,
    subscribe(listener) {
      listeners.add(listener);
      if (listeners.size === 1) open();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearTimeout(reopening);
        events?.close();
      };
    },
  };
}

/** An observable value. */
function observable<T>(first: T): Readable<T> & { set(value: T): void } {
  const watchers = new Set<(value: T) => void>();
  let value = first;
  return {
    get: () => value,
    set(next) {
      if (next === value) return;
      value = next;
      for (const watcher of [...watchers]) watcher(value);
    },
    listen(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}

const TOKEN = 'gateway-service-token';

/** The token of the page: taken (and removed) from its address, or from the session storage after a reload. */
export function takeToken(): string {
  const address = new URL(location.href);
  const given = address.searchParams.get('token');
  if (given !== null) {
    sessionStorage.setItem(TOKEN, given);
    address.searchParams.delete('token');
    history.replaceState(null, '', address);
  }
  return given ?? sessionStorage.getItem(TOKEN) ?? '';
}
