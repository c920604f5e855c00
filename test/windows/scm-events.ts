// Event 7031 of the Service Control Manager: "The %1 service terminated unexpectedly. It has done this %2 time(s). The following corrective
// action will be taken in %3 milliseconds". Its numbers are read from the event's data, never from its localized text.
import type { ServiceFailure } from '../acceptance/service-stage.ts';

const SERVICE_FAILED_EVENT = 7031;

/** For `wevtutil qe System /q:…`: what the SCM wrote about failures since a moment. @param since ISO 8601, UTC */
export function failuresQuery(since: string): string {
  const source = "Provider[@Name='Service Control Manager']";
  return `*[System[${source} and (EventID=${SERVICE_FAILED_EVENT}) and TimeCreated[@SystemTime>='${since}']]]`;
}

/** The failures of one service in what `wevtutil qe … /f:xml` printed, in its order. @param displayName as services.msc shows it */
export function failuresIn(xml: string, displayName: string): ServiceFailure[] {
  return [...xml.matchAll(/<Event [\s\S]*?<\/Event>/g)].flatMap(([event]) => {
    const data = new Map(
      [...event.matchAll(/<Data Name=['"](\w+)['"]>([^<]*)<\/Data>/g)].map(([, name, value]) => [name, unescaped(value)]),
    );
    if (data.get('param1') !== displayName) return [];
    return [{ failure: Number(data.get('param2')), restartInMs: Number(data.get('param3')) }];
  });
}

function unescaped(text = ''): string {
  const characters: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_all, name: string) => characters[name] ?? '');
}
