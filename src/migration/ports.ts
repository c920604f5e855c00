/**
 * What the migration asks of a system: its task scheduler, the user's Startup folder and the services of others. Each port throws where the
 * system cannot be asked; that something is not there is an answer.
 */

import type { WrappedService } from './wrapped-service.ts';

export interface ScheduledTask {
  /** As the scheduler names it, below its root folder: `Hermes_Gateway`. */
  readonly name: string;
  /** Its document; undefined where this user may not read it. */
  readonly xml?: string;
}

export interface TaskScheduler {
  /** The tasks of the root folder whose names begin like this, whatever the case. */
  find(prefix: string): Promise<readonly ScheduledTask[]>;
  /** Idempotent. Gives whether the task is gone: one that an administrator made may stay. */
  remove(name: string): Promise<boolean>;
  /** Never replaces one of the same name. Gives whether this task is there now. */
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
  /** What Windows opens at sign-in; a folder that is missing has nothing. */
  list(): Promise<readonly StartupFile[]>;
  /** Idempotent. Gives whether the file is gone. */
  remove(name: string): Promise<boolean>;
  /** Makes the folder where it is missing, and never replaces a file of the same name. Gives whether the file is there now. */
  write(name: string, content: Buffer): Promise<boolean>;
}

export interface ServiceRegistry {
  /** The services of wrappers that Windows would start. */
  find(): Promise<readonly WrappedService[]>;
  /** Stops a service and keeps Windows from starting it; idempotent. Gives whether that is so: it needs an administrator. */
  disable(name: string): Promise<boolean>;
}

export interface Ports {
  readonly tasks: TaskScheduler;
  readonly startup: StartupFolder;
  readonly services: ServiceRegistry;
}
