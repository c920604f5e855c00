/**
 * What the migration needs of a system: its task scheduler, the user's Startup folder and the services of other programs. Each port throws
 * where the system cannot be queried; that something does not exist is an answer.
 */

import type { WrappedService } from './wrapped-service.ts';

export interface ScheduledTask {
  /** As the scheduler names it, below its root folder: `Hermes_Gateway`. */
  readonly name: string;
  /** Its document; undefined where this user may not read it. */
  readonly xml?: string;
}

export interface TaskScheduler {
  /** The tasks of the root folder whose names begin with this prefix, in any case. */
  find(prefix: string): Promise<readonly ScheduledTask[]>;
  /** Idempotent. Gives whether the task is gone: a task that an administrator made may stay. */
  remove(name: string): Promise<boolean>;
  /** Never replaces a task of the same name. Gives whether this task exists now. */
  create(name: string, xml: string): Promise<boolean>;
}

export interface StartupFile {
  /** Its name in the folder. */
  readonly name: string;
  readonly content: Buffer;
  /** What a shortcut starts. */
  readonly command?: readonly string[];
}

export interface StartupFolder {
  /** What Windows opens at sign-in; a missing folder is empty. */
  list(): Promise<readonly StartupFile[]>;
  /** Idempotent. Gives whether the file is gone. */
  remove(name: string): Promise<boolean>;
  /** Makes the folder where it is missing, and never replaces a file of the same name. Gives whether the file exists now. */
  write(name: string, content: Buffer): Promise<boolean>;
}

export interface ServiceRegistry {
  /** The services of wrappers, and Hermes' own packaged one, unless they are disabled. */
  find(): Promise<readonly WrappedService[]>;
  /** The state of a service as Windows names it, `running`; undefined where there is none. */
  state(name: string): Promise<string | undefined>;
  /** Stops a service and prevents Windows from starting it; idempotent. Gives whether that succeeded: it needs an administrator. */
  disable(name: string): Promise<boolean>;
}

export interface Ports {
  readonly tasks: TaskScheduler;
  readonly startup: StartupFolder;
  readonly services: ServiceRegistry;
}
