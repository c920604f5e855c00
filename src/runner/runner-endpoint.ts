/** Where clients reach the runner: it serves the control pipe and keeps the pipe's name in the state folder. */

import { type ControlServer, type ControlServerOptions, serveControlPipe } from '../control/control-server.ts';
import { type ProcessTable, thisProcess } from '../model/process-ref.ts';
import type { RunnerRecord } from '../model/records.ts';
import { type DurableRecord, durableRecord } from '../state/durable-record.ts';
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

export class RunnerEndpoint {
  readonly #options: RunnerEndpointOptions;
  readonly #address: DurableRecord<RunnerRecord>;
  #server: ControlServer | undefined;

  constructor(options: RunnerEndpointOptions) {
    this.#options = options;
    this.#address = durableRecord(options.folder, options.folder.runner);
  }

  /** Never rejects: without a pipe no client can watch, but the gateway runs, and its status comes from the files. */
  async serve(): Promise<void> {
    const { processes, publisher, pipeAddress, onAsk, log } = this.#options;
    try {
      const server = await serveControlPipe({ address: pipeAddress, state: () => publisher.state, onAsk });
      this.#server = server;
      publisher.publishBy(() => server.publish());
      if (server.squatted) publisher.warn('pipe-squatted');
      await this.#address.keep({ process: thisProcess(processes), pipe: server.address });
    } catch (error) {
      log(`control pipe: ${error}`);
    }
  }

  /** The state folder has changed. */
  async repair(): Promise<void> {
    await this.#address.repair().catch(error => this.#options.log(`state not written: ${error}`));
  }

  async close(): Promise<void> {
    await Promise.all([this.#server?.close(), this.#address.remove()]);
  }
}
