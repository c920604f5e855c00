export type ExitKind = 'stopped' | 'stopped-from-outside' | 'restart-in-place' | 'needs-attention' | 'failure' | 'session-ending';
