/** The icons of the panel, in the colour of their text. Tones differ in shape as well as in colour. */

import type { ReactNode } from 'react';
import type { Tone } from '../src/desktop/views.ts';

const MARKS: Readonly<Record<Tone, ReactNode>> = {
  ok: <circle cx="5" cy="5" r="4" fill="currentColor" />,
  busy: <path d="M5 1.2a3.8 3.8 0 1 1-3.8 3.8" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" />,
  idle: <circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.4" />,
  warn: <path d="M5 .9 9.6 9H.4z" fill="currentColor" />,
  error: <path d="M5 .3 9.7 5 5 9.7.3 5z" fill="currentColor" />,
};

export function StatusMark({ tone }: { readonly tone: Tone }) {
  return (
    <svg className="hgs-mark" data-tone={tone} viewBox="0 0 10 10" aria-hidden="true">
      {MARKS[tone]}
    </svg>
  );
}

export function Shield() {
  return (
    <svg className="hgs-icon" viewBox="0 0 16 16" aria-hidden="true">
      <path
        d="M8 1.5 13.5 3v4.6c0 3.2-2.2 5.6-5.5 6.9-3.3-1.3-5.5-3.7-5.5-6.9V3z"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.3"
        strokeLinejoin="round"
      />
      <path d="M8 1.5v13M2.5 7.5h11" stroke="currentColor" strokeWidth="1.1" />
    </svg>
  );
}

export function Chevron() {
  return (
    <svg className="hgs-icon hgs-chevron" viewBox="0 0 16 16" aria-hidden="true">
      <path d="m4.5 6.5 3.5 3.5 3.5-3.5" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
