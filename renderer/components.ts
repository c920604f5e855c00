/** The six components that a host app can replace with those of its own design system. Their defaults are in `default-components.tsx`. */

import type { ComponentType, ReactNode, Ref } from 'react';
import type { ConfirmText } from '../src/desktop/messages-en-changes.ts';

export interface SwitchProps {
  readonly id: string;
  readonly checked: boolean;
  /** During an operation; the switch keeps its focus and ignores clicks. */
  readonly busy: boolean;
  readonly disabled: boolean;
  /** Ids of the elements that name and describe it. */
  readonly labelledBy: string;
  readonly describedBy: string;
  onChange(checked: boolean): void;
}

export interface ButtonProps {
  readonly children: ReactNode;
  onClick(): void;
  /** The accessible name, where it differs from the text. */
  readonly label?: string;
  /** Draws the shield: Windows asks for an administrator right after the click. */
  readonly elevated?: boolean;
  readonly variant?: 'plain' | 'primary' | 'quiet';
  /** Of a button that stays pressed: whether it is. */
  readonly pressed?: boolean;
  /** Ignores clicks but keeps its focus. */
  readonly disabled?: boolean;
  /** Of a disclosure: whether it is open, and the id of the element that it opens. */
  readonly expanded?: boolean;
  readonly controls?: string;
  readonly ref?: Ref<HTMLButtonElement>;
}

export interface RowProps {
  readonly title: ReactNode;
  readonly description: ReactNode;
  readonly controls: ReactNode;
}

export interface ConfirmProps {
  readonly text: ConfirmText;
  /** The list of changes. */
  readonly children: ReactNode;
  /** Choices that belong to the change. */
  readonly choices?: ReactNode;
  /** The same changes as text, for a dialog that has room for text only. */
  readonly lines: readonly string[];
  onConfirm(): void;
  onCancel(): void;
}

/** A choice of one of several options. */
export interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  onChange(value: string): void;
}

/** A field that filters the list below it. */
export interface FilterProps {
  /** The accessible name, and the placeholder. */
  readonly label: string;
  readonly value: string;
  onChange(value: string): void;
}

export interface PanelComponents {
  readonly Switch: ComponentType<SwitchProps>;
  readonly Button: ComponentType<ButtonProps>;
  readonly Row: ComponentType<RowProps>;
  readonly Confirm: ComponentType<ConfirmProps>;
  readonly Select: ComponentType<SelectProps>;
  readonly Filter: ComponentType<FilterProps>;
}
