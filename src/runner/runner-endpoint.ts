/**
 * Where clients reach the runner: it serves the control pipe and keeps the pipe's name in the state folder. A socket can vanish while it is
 * served (a logout removes XDG_RUNTIME_DIR, a cleaner empties TMPDIR): the runner notices that and serves again, elsewhere where it must.
 */

import path from 'node:path';
import { type ControlServer, type ControlServerOptions, serveControlPipe } from '../control/control-server.ts';
import { type ProcessTable, thisProcess } from '../model/process-ref.ts';
import type { RunnerRecord } from '../model/records.ts';
import { type DurableRecord, durableRecord } from '../state/durable-record.ts';
import { watchFolder } from '../state/folder-watch.ts';
import type { StateFolder } from '../state/state-folder.ts';
import type { RunnerStatePublisher } from './runner-state-publisher.ts';

export interface RunnerEndpointOptions {
  readonly folder: StateFolder;
  readonly processes: ProcessTable;
  readonly publisher: RunnerStatePublisher;
  readonly pipeAddress: (fresh: boolean) => string;
  readonly onAsk: ControlServerOptions['onAsk'];
  readonly log: (line: string) => void;
}

/** Pause before the next try to serve, in milliseconds. */
const AGAIN_MS = 2_000;

export class RunnerEndpoint {
  readonly #options: RunnerEndpointOptions;
  readonly #address: DurableRecord<RunnerRecord>;
  #server: ControlServer | undefined;
  #unwatch: () => void = () => undefined;
  #again: NodeJS.Timeout | undefined;
  #closed = false;
  /** One opening or closing at a time. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: RunnerEndpointOptions) {
    this.#options = options;
    this.#address = durableRecord(options.folder, options.folder.runner);
  }

  /** Never rejects: without a pipe no client can watch, but the gateway runs, and its status comes from the files. */
  serve(): Promise<void> {
    this.#last = this.#last.then(async () => {
      if (this.#closed || this.#server?.isReachable()) return;
      await this.#server?.close();
      this.#unwatch();
      this.#server = undefined;
      await this.#open().catch(error => {
        this.#options.log(`control pipe: ${error}`);
        if (!this.#server) this.#again = setTimeout(() => void this.serve(), AGAIN_MS).unref();
      });
    });
    return this.#last;
  }

  /** The state folder has changed. */
  async repair(): Promise<void> {
    await this.#address.repair().catch(error => this.#options.log(`state not written: ${error}`));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
    clearTimeout(this.#again);
    this.#unwatch();
    await Promise.all([this.#server?.close(), this.#address.remove()]);
  }

  async #open(): Promise<void> {
    const { processes, publisher, pipeAddress, onAsk } = this.#options;
    const server = await serveControlPipe({ address: pipeAddress, state: () => publisher.state, onAsk });
    this.#server = server;
    publisher.publishBy(() => server.publish());
    if (server.squatted) publisher.warn('pipe-squatted');
    if (process.platform !== 'win32') this.#unwatch = watchFolder(path.dirname(server.address), () => this.#look(server));
    await this.#address.keep({ process: thisProcess(processes), pipe: server.address });
  }

  #look(server: ControlServer): void {
    if (server.isReachable() || this.#closed) return;
    this.#options.log(`control pipe: ${server.address} is gone`);
    void this.serve();
  }
}
