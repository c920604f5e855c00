// Calls each function of the SCM layer on a service that is named after it: what it asks Windows for stands in Wine's trace.
import {
  enumerateServices,
  queryConfig,
  queryService,
  queryStatus,
  requestDelete,
  requestStart,
  requestStop,
} from '../../../src/windows/scm.ts';
import { parseSid } from '../../../src/windows/sddl.ts';
import { installService, readInstalled } from '../../../src/windows/service-install.ts';

const calls = { queryStatus, queryConfig, queryService, readInstalled, requestStart, requestStop, requestDelete };
for (const [name, call] of Object.entries(calls)) {
  try {
    call(name);
  } catch {
    // There is no such service; what was asked for is what counts.
  }
}
enumerateServices('enumerateServices');
for (const description of ['created', 'updated']) {
  installService({
    name: 'installService',
    displayName: 'installService',
    description,
    program: 'C:\\none.exe',
    args: [],
    owner: parseSid('S-1-5-21-1-2-3-1001'),
    recovery: { delaysMs: [1], resetMs: 0 },
    preshutdownTimeoutMs: 1,
  });
}
requestDelete('installService');
