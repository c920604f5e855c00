// Takes services away with an administrator's consent, for which Wine's shell asks nobody: removal SERVICE…

import { removeWithConsent } from '../../../src/elevation/removal-consent.ts';
import { isServiceName } from '../../../src/model/identity.ts';

await removeWithConsent(process.argv.slice(2).filter(isServiceName));
console.log('{}');
process.exit(0);
