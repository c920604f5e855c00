/** Keeps the keyboard focus in the panel: when the focused control disappears with its phase, a fallback gets the focus. */

import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

export function useKeptFocus(container: RefObject<HTMLElement | null>, fallbackId: string): void {
  const focused = useRef<Element | null>(null);

  useEffect(() => {
    const element = container.current;
    const remember = () => {
      focused.current = document.activeElement;
    };
    // The focus moved to another control, or the user clicked elsewhere. A removed element has no `relatedTarget`.
    const left = (event: FocusEvent) => {
      if (event.relatedTarget !== null) focused.current = null;
    };
    const clicked = (event: PointerEvent) => {
      if (!(event.target instanceof Node && focused.current?.contains(event.target))) focused.current = null;
    };
    element?.addEventListener('focusin', remember);
    element?.addEventListener('focusout', left);
    document.addEventListener('pointerdown', clicked);
    return () => {
      element?.removeEventListener('focusin', remember);
      element?.removeEventListener('focusout', left);
      document.removeEventListener('pointerdown', clicked);
    };
  }, [container]);

  useLayoutEffect(() => {
    const removed = focused.current && !focused.current.isConnected;
    if (!removed) return;
    focused.current = null;
    if (document.activeElement === document.body) document.getElementById(fallbackId)?.focus();
  });
}
