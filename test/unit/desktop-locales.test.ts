// Every catalogue has its own text for everything in the English one: a full sentence for any document.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogueFor, pseudoText } from '../../demo/pseudo-locales.ts';
import { en } from '../../src/desktop/messages-en.ts';
import { shellEn } from '../../src/desktop/shell-messages.ts';
import { everything, everythingOfShell } from '../support/catalogue-texts.ts';

describe.each(['en-XA', 'ar-XB'])('catalogue of %s', locale => {
  it('has its own text for everything that the English catalogue contains', () => {
    const { messages } = catalogueFor(locale);
    const english = everything(en);
    for (const [name, text] of Object.entries(everything(messages))) {
      expect(text.trim(), name).not.toBe('');
      expect(text, name).not.toMatch(/undefined|NaN|null|\[object|Invalid Date|Infinity/);
      if (/\p{L}/u.test(english[name] ?? '')) expect(text, name).not.toBe(english[name]);
    }
  });

  it('has its own text for everything that the shell says', () => {
    const english = everythingOfShell(shellEn);
    for (const [name, text] of Object.entries(everythingOfShell(catalogueFor(locale).shell))) {
      expect(text, name).not.toMatch(/undefined|NaN|null|\[object/);
      expect(text, name).not.toBe(english[name]);
    }
  });
});

describe('locales', () => {
  it.each([
    ['en-XA', 'en-XA', 'ltr'],
    ['ar-XB', 'ar-XB', 'rtl'],
    ['en-GB', 'en', 'ltr'],
    ['ar', 'en', 'ltr'],
    ['', 'en', 'ltr'],
    [null, 'en', 'ltr'],
  ])('uses for the locale %s the catalogue %s, written %s', async (locale, expected, direction) => {
    expect(catalogueFor(locale).messages).toMatchObject({ locale: expected, direction });
  });

  it('makes pseudo text longer, in brackets, and leaves text without letters unchanged', () => {
    expect(pseudoText('Restart', 'en-XA')).toBe('[Réštårt···]');
    expect(pseudoText('Restart', 'ar-XB')).toBe('\u202e[Réštårt···]\u202c');
    expect(pseudoText('14', 'ar-XB')).toBe('14');
    fc.assert(
      fc.property(fc.string(), text => pseudoText(text, 'en-XA') === text || pseudoText(text, 'en-XA').length >= text.length * 1.4),
    );
  });
});
