/** The choice of a profile: from four profiles on a list, which shows the state of each, else a field with the names. */

import { useState } from 'react';
import type { Messages } from '../src/desktop/messages.ts';
import type { GatewayServiceState, GatewayServiceStore, KnownProfile } from '../src/desktop/store.ts';
import { canSwitch, switchOn, toneOf } from '../src/desktop/views.ts';
import type { PanelComponents } from './components.ts';
import { StatusMark } from './icons.tsx';

/** @param state `profiles` */
export const hasList = ({ profiles }: GatewayServiceState): boolean => profiles.length >= 4;

interface ProfileChoiceProps {
  /** Prefix of the ids of the elements. */
  readonly id: string;
  readonly state: GatewayServiceState;
  readonly store: GatewayServiceStore;
  readonly messages: Messages;
  readonly components: PanelComponents;
  /** A preview for the selected profile is being requested. */
  readonly busy: boolean;
  /** The sentence of a profile. */
  sentence(profile: KnownProfile): string;
  /** Asks whether to turn the selected profile on or off. */
  onSwitch(on: boolean): void;
}

export function ProfileChoice(props: ProfileChoiceProps) {
  const { state, store, messages, components } = props;
  const { profiles, snapshot } = state;
  // Kept here until the first snapshot of the chosen profile arrives.
  const [chosen, setChosen] = useState<string>();
  const selected = snapshot?.profile ?? chosen;
  const select = (profile: string) => {
    setChosen(profile);
    store.select(profile);
  };
  if (profiles.length < 2) return null;
  if (!hasList(state)) {
    return (
      <div className="hgs-profiles">
        <components.Select
          label={messages.details.profile}
          value={selected ?? ''}
          options={profiles.map(({ profile, snapshot: last }) => ({
            value: profile,
            label: messages.profileOption(profile, last?.status),
          }))}
          onChange={select}
        />
      </div>
    );
  }
  return (
    <ul className="hgs-profile-list" aria-label={messages.details.profiles}>
      {profiles.map(each => (
        <Profile key={each.profile} {...props} each={each} selected={each.profile === selected} onSelect={() => select(each.profile)} />
      ))}
    </ul>
  );
}

interface ProfileProps extends ProfileChoiceProps {
  readonly each: KnownProfile;
  readonly selected: boolean;
  onSelect(): void;
}

/** Its switch selects it too, because the question is about the selected profile. */
function Profile({ id, each, selected, state, components, busy, sentence, onSelect, onSwitch }: ProfileProps) {
  const { profile, snapshot } = each;
  const operation = selected ? state.operation : snapshot?.operation;
  const observed = snapshot && { status: snapshot.status, operation };
  const isBusy = operation !== undefined || (selected && busy);
  const own = `${id}-${profile}`;
  return (
    <li>
      <button type="button" className="hgs-profile" aria-current={selected} aria-describedby={`${own}-sentence`} onClick={onSelect}>
        <StatusMark tone={observed ? toneOf(observed) : 'idle'} />
        <span className="hgs-profile-text">
          <bdi id={`${own}-name`} className="hgs-title">
            {profile}
          </bdi>
          <span id={`${own}-sentence`} className="hgs-muted">
            {sentence(each)}
          </span>
        </span>
      </button>
      <components.Switch
        // A new element for the first snapshot: the thumb must not slide as if the user had changed it.
        key={String(observed !== undefined)}
        id={selected ? `${id}-switch` : `${own}-switch`}
        checked={observed !== undefined && switchOn(observed)}
        busy={isBusy}
        disabled={!isBusy && !(observed && canSwitch(observed))}
        labelledBy={`${own}-name`}
        describedBy={`${own}-sentence`}
        onChange={on => {
          onSelect();
          onSwitch(on);
        }}
      />
    </li>
  );
}
