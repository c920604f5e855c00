import { withManager, withService } from '../../../src/windows/scm.ts';

console.log(typeof withManager, typeof withService);
