/** The default fields: the browser's own select and search fields, in the size of the buttons beside them. */

import { useId } from 'react';
import type { FilterProps, SelectProps } from './components.ts';

export function Select({ label, value, options, onChange }: SelectProps) {
  const id = useId();
  return (
    <>
      <label className="hgs-muted" htmlFor={id}>
        {label}
      </label>
      <select id={id} className="hgs-field" value={value} onChange={event => onChange(event.target.value)}>
        {options.map(option => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </>
  );
}

export function Filter({ label, value, onChange }: FilterProps) {
  return (
    <input
      type="search"
      className="hgs-field hgs-filter"
      aria-label={label}
      placeholder={label}
      value={value}
      spellCheck={false}
      autoComplete="off"
      onChange={event => onChange(event.target.value)}
      onKeyDown={event => {
        // The first Escape clears the field and must not close the panel.
        if (event.key === 'Escape' && value !== '') event.stopPropagation();
      }}
    />
  );
}
