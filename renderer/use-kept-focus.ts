/**
 * Keeps the keyboard where the person left it: when the focused control goes away with its phase, the focus goes to a fallback and not
 * to the top of the page. It never takes a focus that was elsewhere.
 */

import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

export function useKeptFocus(container: RefObject<HTMLElement | null>, fallbackId: string): void {
  const focused = useRef<Element | null>(null);

  useEffect(() => {
    const element = container.current;
    const remember = () => {
      focused.current = document.activeElement;
    };
    // Left for another control, or by a click beside all of them. (A removed element tells nothing but that it lost the focus.)
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
    const gone = focused.current && !focused.current.isConnected;
    if (!gone) return;
    focused.current = null;
    if (document.activeElement === document.body) document.getElementById(fallbackId)?.focus();
  });
}
