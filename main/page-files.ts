/** The files of the built page, read once into a fixed table from path to bytes. A request can reach the files of this table only. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { GatewayServiceError } from '../src/model/errors.ts';

export interface PageFile {
  readonly body: Buffer;
  readonly contentType: string;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** By path in a request (`/assets/x.js`); `/` is `index.html`. @throws GatewayServiceError `internal` where the page was not built */
export function readPages(folder: string): ReadonlyMap<string, PageFile> {
  const pages = new Map<string, PageFile>();
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  for (const name of names) {
    const contentType = CONTENT_TYPES[path.extname(name)];
    if (contentType) pages.set(`/${name.split(path.sep).join('/')}`, { body: readFileSync(path.join(folder, name)), contentType });
  }
  const first = pages.get('/index.html');
  if (!first)
    throw new GatewayServiceError('internal', `(there is no index.html in ${folder})`, { remedy: 'Build it with "npm run build".' });
  return pages.set('/', first);
}
