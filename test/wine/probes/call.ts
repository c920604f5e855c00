// Calls one exported function of src/windows inside Wine: call MODULE FUNCTION JSON-ARGUMENTS. Prints {value} or {error} as one JSON document.
import { GatewayServiceError } from '../../../src/service/errors.ts';

const [, , module = '', name = '', args = '[]'] = process.argv;

/** JSON has neither bytes nor big integers. */
function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

const exported = (await import(`../../../src/windows/${module}.js`)) as Record<string, (...args: unknown[]) => unknown>;
try {
  const value = await exported[name]?.(...(JSON.parse(args) as unknown[]));
  console.log(JSON.stringify({ value }, plain));
} catch (error) {
  if (!(error instanceof GatewayServiceError)) throw error;
  console.log(JSON.stringify({ error: error.toValue() }));
}
