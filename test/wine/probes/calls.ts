// Calls functions of src/windows for test/wine/call.ts: one process for all calls, because a start of Node takes longer than any of them.
import { callFunction } from './call-function.ts';
import { serve } from './serve.ts';

serve(() => ({ call: callFunction }));
