// Calls one exported function of src/windows inside Wine, in a process of its own: call MODULE FUNCTION JSON-ARGUMENTS. Prints {value} or
// {error} as one JSON document.
import { GatewayServiceError } from '../../../src/model/errors.ts';
import { callFunction } from './call-function.ts';

const [, , module = '', name = '', args = '[]'] = process.argv;

try {
  console.log(JSON.stringify({ value: await callFunction(module, name, JSON.parse(args) as unknown[]) }));
} catch (error) {
  if (!(error instanceof GatewayServiceError)) throw error;
  console.log(JSON.stringify({ error: error.toValue() }));
}
