/* Two shares beside each other for each value: how often it is in the chosen, how often in the rest. */
import './charts.css';
import { percent } from '../format';
import { sharedStart } from './labels';

export interface SharePair {
  label: string;
  /** Shares, 0 to 1. */
  a: number;
  b: number;
}

interface DistributionProps {
  rows: readonly SharePair[];
  aLabel: string;
  bLabel: string;
  onPick?: (label: string, which: 'a' | 'b') => void;
}

export function Distribution({ rows, aLabel, bLabel, onPick }: DistributionProps) {
  const shared = sharedStart(rows.map((row) => row.label));
  const most = Math.max(1e-9, ...rows.flatMap(({ a, b }) => [a, b]).filter((share) => Number.isFinite(share)));
  return (
    <div class="chart">
      <div class="distribution" role="table" aria-label={`${aLabel} and ${bLabel}`}>
        {rows.map((row, i) => (
          <Pair
            key={`${String(i)} ${row.label}`}
            row={row}
            most={most}
            shared={shared}
            names={{ a: aLabel, b: bLabel }}
            onPick={onPick}
          />
        ))}
      </div>
    </div>
  );
}

function Pair(props: {
  row: SharePair;
  most: number;
  /** How many characters all begin with, which are not shown. */
  shared: number;
  names: { a: string; b: string };
  onPick?: DistributionProps['onPick'];
}) {
  const { row, most, shared, names, onPick } = props;
  const text = row.label === '' ? '(empty)' : row.label;
  const shown = shared ? `…${text.slice(shared)}` : text;
  return (
    <div role="row" class="distribution-row">
      <span role="rowheader" class="distribution-name">
        {onPick ? (
          <button
            type="button"
            class="distribution-name"
            title={text}
            onClick={() => onPick(row.label, row.a >= row.b ? 'a' : 'b')}
          >
            <bdi>{shown}</bdi>
          </button>
        ) : (
          <bdi title={text}>{shown}</bdi>
        )}
      </span>
      <span role="cell" class="distribution-bars">
        {(['a', 'b'] as const).map((which) => (
          <span class="distribution-line" key={which} title={`${names[which]}: ${percent(row[which])}`}>
            <span
              class={`distribution-bar is-${which}`}
              style={{ width: `${String(Math.min(100, Math.max(0, (row[which] / most) * 100)) || 0)}%` }}
            />
            <span class="distribution-share">
              <span class="chart-hidden">{names[which]} </span>
              {percent(row[which])}
            </span>
          </span>
        ))}
      </span>
    </div>
  );
}
