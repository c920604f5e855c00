// Other people's autostarts as files in folders of a test, behind the ports of the migration: real enough for a process that is killed, and
// for another one that comes after it. What an administrator made says so, and only one who is an administrator may change it.
import fs from 'node:fs/promises';
import path from 'node:path';

/** @typedef {import('../../src/migration/ports.ts').TaskScheduler} TaskScheduler */
/** @typedef {import('../../src/migration/ports.ts').ServiceRegistry} ServiceRegistry */
/** @typedef {import('../../src/migration/wrapped-service.ts').WrappedService} WrappedService */

const MADE_BY_ADMINISTRATOR = '<!-- made by an administrator -->';

/** @param {string} file */
const exists = file =>
  fs.stat(file).then(
    () => true,
    () => false,
  );

/** @implements {TaskScheduler} */
export class FolderTasks {
  administrator = false;
  /** The scheduler does not answer. */
  silent = false;
  #folder;

  /** @param {string} folder */
  constructor(folder) {
    this.#folder = folder;
  }

  /** @param {string} prefix */
  async find(prefix) {
    if (this.silent) throw new Error('the scheduler does not answer');
    const names = (await fs.readdir(this.#folder).catch(() => [])).map(name => name.replace(/\.xml$/, ''));
    const found = names.filter(name => name.toLowerCase().startsWith(prefix.toLowerCase()));
    return Promise.all(found.map(async name => ({ name, xml: await fs.readFile(this.#file(name), 'utf8') })));
  }

  /** @param {string} name */
  async remove(name) {
    const xml = await fs.readFile(this.#file(name), 'utf8').catch(() => undefined);
    if (xml === undefined) return true;
    if (xml.includes(MADE_BY_ADMINISTRATOR) && !this.administrator) return false;
    await fs.rm(this.#file(name));
    return true;
  }

  /** @param {string} name @param {string} xml */
  async create(name, xml) {
    if (await exists(this.#file(name))) return false;
    await fs.mkdir(this.#folder, { recursive: true });
    await fs.writeFile(this.#file(name), xml);
    return true;
  }

  /** @param {string} name @param {string} xml @param {{ administrator?: boolean }} [by] */
  async put(name, xml, { administrator = false } = {}) {
    await fs.mkdir(this.#folder, { recursive: true });
    await fs.writeFile(this.#file(name), administrator ? `${xml}${MADE_BY_ADMINISTRATOR}` : xml);
  }

  /** @param {string} name */
  #file(name) {
    return path.join(this.#folder, `${name}.xml`);
  }
}

/** @implements {ServiceRegistry} */
export class FolderServices {
  administrator = false;
  #folder;

  /** @param {string} folder */
  constructor(folder) {
    this.#folder = folder;
  }

  async find() {
    const names = await fs.readdir(this.#folder).catch(() => []);
    const all = await Promise.all(names.map(async name => JSON.parse(await fs.readFile(path.join(this.#folder, name), 'utf8'))));
    return all.filter(service => !service.disabled);
  }

  /** @param {string} name */
  async state(name) {
    const services = await this.find();
    return services.some(service => service.name === name && service.running) ? 'running' : 'stopped';
  }

  /** @param {string} name */
  async disable(name) {
    if (!this.administrator) throw new Error('Access is denied.');
    const file = path.join(this.#folder, `${name}.json`);
    await fs.writeFile(file, JSON.stringify({ ...JSON.parse(await fs.readFile(file, 'utf8')), disabled: true }));
    return true;
  }

  /** @param {WrappedService & { running?: boolean }} service */
  async put(service) {
    await fs.mkdir(this.#folder, { recursive: true });
    await fs.writeFile(path.join(this.#folder, `${service.name}.json`), JSON.stringify(service));
  }
}
