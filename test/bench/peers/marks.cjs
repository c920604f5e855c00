// @ts-check
// Put in front of a program whose start is looked at: notes when its Node began and when its own first line ran, in milliseconds since 1970, and
// how long each call of koffi and of Windows took. It leaves that in C:\marks when the start is over.
{
  const { mkdirSync, writeFileSync } = require('node:fs');
  const OVER_MS = 2_000;
  const now = () => performance.timeOrigin + performance.now();
  /** @type {{ name: string, at: number, until: number }[]} */
  const calls = [];
  const marks = { argv: process.argv, born: performance.timeOrigin, program: now(), calls };

  /**
   * The same function, with its properties, whose calls are noted.
   * @param {string} name
   * @param {any} work
   */
  const noted = (name, work) => {
    const call = (/** @type {unknown[]} */ ...args) => {
      const entry = { name, at: now(), until: Number.NaN };
      calls.push(entry);
      try {
        return work(...args);
      } finally {
        entry.until = now();
      }
    };
    return Object.assign(call, work);
  };

  /** @param {any} library */
  const notedLibrary = library => ({
    symbol: (/** @type {unknown[]} */ ...name) => library.symbol(...name),
    func: noted('koffi func', (/** @type {unknown[]} */ ...signature) => {
      const native = library.func(...signature);
      const name = String(signature[1]);
      return Object.assign(noted(name, native), { async: noted(name, native.async) });
    }),
  });

  const { dlopen } = process;
  process.dlopen = noted('koffi dlopen', (/** @type {any} */ module, /** @type {string} */ file) => {
    Reflect.apply(dlopen, process, [module, file]);
    const koffi = module.exports;
    for (const [name, work] of Object.entries(koffi)) {
      const isClass = /^[A-Z]/.test(name);
      if (typeof work === 'function' && !isClass) koffi[name] = noted(`koffi ${name}`, work);
    }
    const { load } = koffi;
    koffi.load = (/** @type {unknown[]} */ ...names) => notedLibrary(load(...names));
  });

  setTimeout(() => {
    mkdirSync('C:\\marks', { recursive: true });
    writeFileSync(`C:\\marks\\${process.pid}.json`, JSON.stringify(marks));
  }, OVER_MS).unref();
}
