/**
 * What the panel asks of the host's own design system: six components, each with a default beside this file. A host app hands in its
 * switch, button, row, dialog and fields, and the panel looks like the rest of its settings.
 */

import type { ComponentType, ReactNode, Ref } from 'react';
import type { ConfirmText } from '../src/desktop/messages.ts';

export interface SwitchProps {
  readonly id: string;
  readonly checked: boolean;
  /** An operation is at work; the switch keeps its focus and ignores clicks. */
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
  /** The accessible name, where it says more than the text. */
  readonly label?: string;
  /** Draws the shield: Windows asks for an administrator right after the click. */
  readonly elevated?: boolean;
  readonly variant?: 'plain' | 'primary' | 'quiet';
  /** Ignores clicks but keeps its focus. */
  readonly disabled?: boolean;
  /** Of a disclosure: whether it is open, and the id of what it opens. */
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
  /** What will change, line by line. */
  readonly children: ReactNode;
  onConfirm(): void;
  onCancel(): void;
}

/** A choice of one among several. */
export interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  onChange(value: string): void;
}

/** A field that narrows what is listed below it. */
export interface FilterProps {
  /** The accessible name, and what an empty field says. */
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
