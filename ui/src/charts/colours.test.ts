/* Colours mean something only if they stay the same and can be told apart. */
import { describe, expect, it } from 'vitest';
import css from './colours.css?raw';
import { seriesColour, serviceColour, severityColour, statusColour } from './colours';
import { HUES, hueOf } from './hues';

function palette(selector: string): string[] {
  const block = css.slice(css.indexOf(selector)).split('}')[0] ?? '';
  return [...block.matchAll(/--hue-\d+: (#[0-9a-f]{6})/g)].map((match) => match[1]!);
}

function luminance(hex: string): number {
  const channel = (at: number): number => {
    const share = parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

describe('names', () => {
  it('always give a service the same colour', () => {
    expect(hueOf('checkout')).toBe(hueOf('checkout'));
    expect(serviceColour('checkout')).toBe(`var(--hue-${String(hueOf('checkout'))})`);
    expect(serviceColour('')).toBe('var(--ink-3)');
  });
  it('of severities and statuses: red is failure only', () => {
    expect(severityColour('ERROR2')).toBe('var(--bad)');
    expect(severityColour('Warning')).toBe('var(--warn)');
    expect(severityColour('odd')).toBe('var(--ink-3)');
    expect(statusColour('ERROR')).toBe('var(--bad)');
    expect(statusColour('UNSET')).toBe('var(--ink-3)');
  });
  it('of series come round again and survive any number', () => {
    expect(seriesColour(HUES)).toBe(seriesColour(0));
    expect(seriesColour(-1)).toBe(`var(--hue-${String(HUES - 1)})`);
    expect(seriesColour(NaN)).toBe(seriesColour(0));
  });
});

describe.each([
  [':root {', '#f6f6f4'],
  [":root[data-theme='dark']", '#202226'],
  [":root:not([data-theme='light'])", '#202226'],
])('the palette of %s', (selector, paper) => {
  it('has twenty different colours, each readable on its paper', () => {
    const colours = palette(selector);
    expect(new Set(colours).size).toBe(HUES);
    for (const colour of colours) expect(contrast(colour, paper), colour).toBeGreaterThanOrEqual(4.5);
  });
});
