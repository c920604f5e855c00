/** An update below the row of the switch: its progress while it runs; afterwards how it ended, until that is dismissed. */

import { useId } from 'react';
import type { ShownUpdate, UpdateEnd } from '../src/desktop/ipc.ts';
import { END_TONES, gatewaysToShow, stagesOf } from '../src/desktop/update-view.ts';
import type { Tone } from '../src/desktop/views.ts';
import type { DetailsProps } from './details.tsx';
import { StatusMark } from './icons.tsx';

type UpdateNoticeProps = Pick<DetailsProps, 'snapshot' | 'now' | 'store' | 'messages' | 'components'>;

export function UpdateNotice({ snapshot: { update, updateEnd }, ...rest }: UpdateNoticeProps) {
  if (update) return <Running {...rest} update={update} />;
  return updateEnd ? <Ended {...rest} end={updateEnd} /> : null;
}

const MARKS: Readonly<Record<ReturnType<typeof stagesOf>[number]['state'], Tone>> = { passed: 'ok', current: 'busy', ahead: 'idle' };

function Running({
  update,
  now,
  messages: { update: texts, error },
}: Omit<UpdateNoticeProps, 'snapshot'> & { readonly update: ShownUpdate }) {
  const id = useId();
  const gateways = gatewaysToShow(update);
  return (
    <section className="hgs-update" aria-labelledby={id}>
      <p id={id} className="hgs-title">
        {texts.title(update)}
      </p>
      <p className="hgs-muted">{texts.by(update, now)}</p>
      <ol className="hgs-stages" aria-label={texts.stages}>
        {stagesOf(update).map(({ stage, state }) => (
          <li key={stage} data-state={state} aria-current={state === 'current' ? 'step' : undefined}>
            <StatusMark tone={MARKS[state]} />
            {texts.stage[stage]}
          </li>
        ))}
      </ol>
      <p className="hgs-muted">{texts.step[update.step]}</p>
      {update.progress !== undefined && (
        <p className="hgs-progress" dir="ltr">
          <bdi>{update.progress}</bdi>
        </p>
      )}
      {gateways.length > 0 && (
        <ul className="hgs-gateways" aria-label={texts.gateways}>
          {gateways.map(gateway => (
            <li key={gateway.profile}>
              <bdi>{gateway.profile}</bdi>
              <span className="hgs-muted">
                {texts.gateway[gateway.state]}
                {gateway.error && `: ${error(gateway.error).message} ${error(gateway.error).remedy}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Ended({ end, now, store, messages, components }: Omit<UpdateNoticeProps, 'snapshot'> & { readonly end: UpdateEnd }) {
  const { message, remedy } = messages.update.end(end, now);
  return (
    <div className="hgs-update" data-tone={END_TONES[end.outcome]}>
      <div role="status">
        <p>{message}</p>
        {remedy !== '' && <p className="hgs-remedy">{remedy}</p>}
      </div>
      <components.Button variant="quiet" onClick={() => void store.dismiss(end.id)}>
        {messages.update.dismiss}
      </components.Button>
    </div>
  );
}
