/* A change that is none must not be told, and a bad one must stand out. */
import { describe, expect, it } from 'vitest';
import { durationChange, rateChange, shareChange } from './change';

describe('changes', () => {
  it.each([
    [100, undefined, ''],
    [100, 0, ''],
    [104, 100, ''],
    [120, 100, '+20%'],
    [70, 100, '−30%'],
    [0, 100, '−100%'],
    [1400, 100, '×14'],
  ])('of a rate from %s to %s is %o', (now, before, text) => {
    expect(rateChange(now, before)).toEqual({ text, tone: '' });
  });

  it('of a duration is bad from half as much again', () => {
    expect(durationChange(149, 100)).toEqual({ text: '+49%', tone: '' });
    expect(durationChange(150, 100).tone).toBe('bad');
    expect(durationChange(40, 100)).toEqual({ text: '−60%', tone: 'good' });
    expect(durationChange(40, undefined)).toEqual({ text: '', tone: '' });
  });

  it('of a share is told in percentage points', () => {
    expect(shareChange(0.204, 0.001)).toEqual({ text: '+20.3 pp', tone: 'bad' });
    expect(shareChange(0.01, 0.05)).toEqual({ text: '−4 pp', tone: 'good' });
    expect(shareChange(0.0505, 0.05)).toEqual({ text: '', tone: '' });
    expect(shareChange(0.5, undefined).text).toBe('');
  });
});
