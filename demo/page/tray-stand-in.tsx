/** A stand-in for the tray icon, above the panel. It uses the tray model of the app, and its menu works. */

import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { formatDetails } from '../../src/desktop/details.ts';
import type { GatewayServiceBridge } from '../../src/desktop/ipc.ts';
import type { Catalogue } from '../../src/desktop/messages.ts';
import type { GatewayServiceStore } from '../../src/desktop/store.ts';
import { type TrayCommand, type TrayImage, type TrayItem, type TrayTheme, trayModel } from '../../src/desktop/tray-model.ts';
import { TEXTS } from '../texts.ts';
import { useStore } from './use-store.ts';

const ICONS = import.meta.glob<string>('../../build/icons/tray-*@2x.png', { eager: true, query: '?url', import: 'default' });
const iconOf = (image: TrayImage) => ICONS[`../../build/icons/${image}@2x.png`];

const APP_NAME = 'Hermes';

interface TrayStandInProps extends Catalogue {
  readonly store: GatewayServiceStore;
  readonly bridge: GatewayServiceBridge;
  /** Opens the details of the panel, which contain the log. */
  onDetails(): void;
}

export function TrayStandIn({ store, bridge, messages, shell, onDetails }: TrayStandInProps) {
  const { profiles } = useStore(store);
  const [open, setOpen] = useState(false);
  const strip = useRef<HTMLElement>(null);
  const icon = useRef<HTMLButtonElement>(null);
  const snapshots = profiles.flatMap(({ snapshot }) => (snapshot ? [snapshot] : []));
  const modelFor = (theme: TrayTheme) =>
    trayModel({ appName: APP_NAME, snapshots, theme, messages, shell, offers: { open: true, quit: false }, now: Date.now() });
  const { tooltip, menu, image } = modelFor('light');

  useEffect(() => {
    if (!open) return;
    strip.current?.querySelector<HTMLElement>('[role=menuitem]:not([aria-disabled])')?.focus();
    const closeOutside = (event: PointerEvent) => {
      if (!(event.target instanceof Node && strip.current?.contains(event.target))) setOpen(false);
    };
    document.addEventListener('pointerdown', closeOutside);
    return () => document.removeEventListener('pointerdown', closeOutside);
  }, [open]);

  async function copyDetails(profile: string): Promise<void> {
    const [snapshot, log] = await Promise.all([bridge.get({ profile }), bridge.logs({ profile })]);
    if (snapshot.ok) await navigator.clipboard.writeText(formatDetails(snapshot.value, {}, log.ok ? log.value : undefined));
  }

  /** Once the panel shows this profile. */
  function inPanel(profile: string, act: () => void): void {
    store.select(profile);
    requestAnimationFrame(act);
  }

  function perform(command: TrayCommand): void {
    setOpen(false);
    icon.current?.focus();
    switch (command.do) {
      case 'start':
      case 'stop':
      case 'stopNow':
      case 'restart':
        void bridge[command.do]({ profile: command.profile });
        return;
      case 'logs':
        onDetails();
        inPanel(command.profile, () => document.querySelector('[data-part=log]')?.scrollIntoView({ block: 'center' }));
        return;
      case 'turnOn':
        inPanel(command.profile, () => document.querySelector<HTMLElement>('.hgs-panel [role=switch]')?.click());
        return;
      case 'copyDetails':
        void copyDetails(command.profile);
        return;
      case 'open':
        document.querySelector<HTMLElement>('.hgs-panel [role=switch]')?.focus();
    }
  }

  return (
    <aside ref={strip} className="hgs-stand-in hgs-tray" aria-label={TEXTS.tray}>
      <p>
        <strong>{TEXTS.tray}</strong> <span className="hgs-muted">{TEXTS.trayHint}</span>
      </p>
      <button
        ref={icon}
        type="button"
        className="hgs-tray-icon"
        title={tooltip}
        aria-label={tooltip}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <picture>
          <source media="(prefers-color-scheme: dark)" srcSet={iconOf(modelFor('dark').image)} />
          <img src={iconOf(image)} width="16" height="16" alt="" />
        </picture>
      </button>
      {open && (
        <div
          className="hgs-menu"
          role="menu"
          tabIndex={-1}
          aria-label={tooltip}
          onKeyDown={event => moveIn(event, () => setOpen(false), icon)}
        >
          {menu.map((item, at) => renderItem(item, at, perform))}
        </div>
      )}
    </aside>
  );
}

function renderItem(item: TrayItem, at: number, perform: (command: TrayCommand) => void): ReactNode {
  switch (item.kind) {
    case 'separator':
      return <hr key={at} />;
    case 'text':
      return (
        <button key={at} type="button" role="menuitem" aria-disabled="true" tabIndex={-1}>
          {item.label}
        </button>
      );
    case 'command':
      return (
        <button key={at} type="button" role="menuitem" tabIndex={-1} onClick={() => perform(item.command)}>
          {item.label}
        </button>
      );
    case 'menu':
      return (
        // A submenu is shown as a group below its name.
        // biome-ignore lint/a11y/useSemanticElements: a group of menu items is no fieldset
        <div key={at} role="group" aria-label={item.label}>
          <span className="hgs-muted">{item.label}</span>
          {item.items.map((inner, below) => renderItem(inner, below, perform))}
        </div>
      );
  }
}

const MOVES: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

/** Keyboard control: arrows move and wrap around, Escape and Tab close the menu. */
function moveIn(event: KeyboardEvent<HTMLElement>, close: () => void, icon: { readonly current: HTMLElement | null }): void {
  if (event.key === 'Escape' || event.key === 'Tab') {
    close();
    icon.current?.focus();
    if (event.key === 'Escape') event.preventDefault();
    return;
  }
  const move = MOVES[event.key];
  if (move === undefined) return;
  event.preventDefault();
  const items: Element[] = [...event.currentTarget.querySelectorAll('[role=menuitem]')];
  const next = document.activeElement ? items.at((items.indexOf(document.activeElement) + move) % items.length) : undefined;
  if (next instanceof HTMLElement) next.focus();
}
