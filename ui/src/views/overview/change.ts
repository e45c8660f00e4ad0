/* What changed against the range before, in as few signs as it takes. */
import { digits } from '../../format';

export interface Change {
  text: string;
  tone: '' | 'bad' | 'good';
}

const NONE: Change = { text: '', tone: '' };

/** Of a rate: percent, or times; neither good nor bad. Below 5 percent it is no change. */
export function rateChange(now: number, before: number | undefined): Change {
  return { text: grown(now, before), tone: '' };
}

/** Of a duration: as a rate, and bad from half as much again. */
export function durationChange(now: number, before: number | undefined): Change {
  const text = grown(now, before);
  if (!text || !before) return NONE;
  return { text, tone: now >= 1.5 * before ? 'bad' : now <= before / 1.5 ? 'good' : '' };
}

/** Of a share: percentage points. Below a tenth it is no change. */
export function shareChange(now: number, before: number | undefined): Change {
  if (before === undefined) return NONE;
  const points = 100 * (now - before);
  if (Math.abs(points) < 0.1) return NONE;
  return { text: `${points > 0 ? '+' : '−'}${digits(Math.abs(points))} pp`, tone: points > 0 ? 'bad' : 'good' };
}

function grown(now: number, before: number | undefined): string {
  if (before === undefined || before <= 0 || !Number.isFinite(now / before)) return '';
  const factor = now / before;
  if (factor >= 2) return `×${digits(factor)}`;
  const percent = Math.round(100 * (factor - 1));
  if (Math.abs(percent) < 5) return '';
  return `${percent > 0 ? '+' : '−'}${String(Math.abs(percent))}%`;
}
