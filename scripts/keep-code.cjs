// Required before a host by compile-host.mjs: at the exit, writes V8's code cache of the host to the file that HOST_CODE names.
'use strict';
const { createHash } = require('node:crypto');
const { writeFileSync } = require('node:fs');
const vm = require('node:vm');

const { Script } = vm;
vm.Script = class extends Script {
  /**
   * @param {string} text
   * @param {import('node:vm').ScriptOptions} options
   */
  constructor(text, options) {
    super(text, options);
    process.on('exit', () => {
      const code = this.createCachedData();
      const sum = createHash('sha256').update(text).update(code).digest();
      writeFileSync(process.env['HOST_CODE'] ?? '', Buffer.concat([sum, code]));
    });
  }
};
