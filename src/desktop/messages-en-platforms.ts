/** The platforms of a gateway that runs, in one sentence: "Telegram connected, Discord not connected: its token was rejected". */

import { isDown } from '../model/platforms.ts';
import type { PlatformStatus, Status } from '../model/status.ts';
import { whyEnded } from './messages-en-ends.ts';

const NAMES: Readonly<Record<string, string>> = { api_server: 'API server', irc: 'IRC', sms: 'SMS', whatsapp: 'WhatsApp', qqbot: 'QQ bot' };

/** The platform of another profile is `<profile>:<platform>`. */
function nameOf({ name }: PlatformStatus): string {
  const [platform = '', profile] = name.split(':').reverse();
  const shown = NAMES[platform] ?? `${platform.charAt(0).toUpperCase()}${platform.slice(1)}`.replaceAll('_', ' ');
  return profile === undefined ? shown : `${shown} (${profile})`;
}

function described(platform: PlatformStatus): string {
  if (!isDown(platform)) return `${nameOf(platform)} ${platform.state}`;
  const why = whyEnded({
    ...(platform.reason !== undefined && { cause: platform.reason }),
    ...(platform.known && { known: platform.known }),
  });
  return `${nameOf(platform)} not connected${why === undefined ? '' : `: ${why}`}`;
}

/** Those that work first; undefined where there are none. */
export function describePlatforms(platforms: readonly PlatformStatus[] = []): string | undefined {
  const texts = [...platforms].sort((one, other) => Number(isDown(one)) - Number(isDown(other))).map(described);
  return texts.length === 0 ? undefined : texts.reduce((all, text) => `${all}${all.includes(': ') ? '; ' : ', '}${text}`);
}

/** All platforms, where one of them is not connected. */
export const describeDown = ({ platforms }: Pick<Status, 'platforms'>): string | undefined =>
  platforms?.some(isDown) ? describePlatforms(platforms) : undefined;
