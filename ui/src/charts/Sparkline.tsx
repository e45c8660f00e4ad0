/* A line or bars the size of a word: the shape of what happened, without axes. */
import './charts.css';
import { sparkBars, sparkLine } from './spark';

interface SparklineProps {
  /** From oldest to newest, at equal distances; null where there is no value. */
  values: readonly (number | null)[];
  width: number;
  height: number;
  kind?: 'line' | 'bar';
  colour?: string;
  /** What a screen reader says. */
  label: string;
}

export function Sparkline({ values, width, height, kind = 'line', colour = 'var(--accent)', label }: SparklineProps) {
  const path = kind === 'bar' ? sparkBars(values, width, height) : sparkLine(values, width, height);
  return (
    <svg role="img" aria-label={label} width={width} height={height} viewBox={`0 0 ${String(width)} ${String(height)}`}>
      {kind === 'bar' ? (
        <path d={path} fill={colour} />
      ) : (
        <path d={path} fill="none" stroke={colour} stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />
      )}
    </svg>
  );
}
