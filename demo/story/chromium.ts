/** Starts the Chromium of the system with Playwright, without any feature that uses the network. */

import { existsSync } from 'node:fs';
import type { Browser } from 'playwright';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** Path of the browser: the variable `CHROMIUM`, else a usual place. */
export function findChromium(): string | undefined {
  return [process.env['CHROMIUM'], ...PLACES].find(file => file && existsSync(file));
}

export interface LaunchOptions {
  readonly env?: NodeJS.ProcessEnv;
}

/** @throws Error where Playwright is not installed or the browser does not start. */
export async function launchChromium(executablePath: string, { env = process.env }: LaunchOptions = {}): Promise<Browser> {
  const { chromium } = await import('playwright');
  return chromium.launch({
    executablePath,
    headless: true,
    env: Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    // The caller closes the browser. Playwright must not end this process at Ctrl+C before the cleanup is done.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // Pages of one origin share a process and its compiled scripts.
      '--process-per-site',
    ],
  });
}
