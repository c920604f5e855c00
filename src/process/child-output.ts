import type { Readable } from 'node:stream';

/**
 * What a child process prints, until all of its output has been read. Node closes the pipe after it has flushed it. By default the iterator
 * closes it in the middle of that, and the server of Wine 8 crashes.
 */
export const childOutput = (stream: Readable): AsyncIterable<Buffer> => stream.iterator({ destroyOnReturn: false });
