/* What the server found worth a look; each leads to its span. */
import { useState } from 'preact/hooks';
import type { Outline, OutlineFinding } from '../../api/outline';
import { Icon, type IconName } from '../../parts/Icon';

const KINDS: Record<OutlineFinding['kind'], { name: string; icon: IconName; tone: string }> = {
  error: { name: 'Error', icon: 'warn', tone: 'bad' },
  retries: { name: 'Retries', icon: 'refresh', tone: 'warn' },
  n_plus_one: { name: 'N+1', icon: 'rows', tone: 'warn' },
  gap: { name: 'Gap', icon: 'minus', tone: 'plain' },
  slowest: { name: 'Slow', icon: 'clock', tone: 'plain' },
};
const FEW = 4;

export function Findings({ outline, onPick }: { outline: Outline; onPick: (span: number) => void }) {
  const [all, setAll] = useState(false);
  const { findings } = outline;
  if (findings.length === 0) return null;
  const shown = all ? findings : few(findings);
  return (
    <ul class="trace-findings" aria-label="Findings">
      {shown.map((one, index) => (
        <li key={index}>
          <button
            type="button"
            class={`trace-finding is-${KINDS[one.kind].tone}`}
            onClick={() => onPick(one.span)}
            title={one.message}
          >
            <Icon name={KINDS[one.kind].icon} size={13} />
            <b>{KINDS[one.kind].name}</b>
            <bdi class="clip">{one.message}</bdi>
          </button>
        </li>
      ))}
      {shown.length < findings.length || all ? (
        <li>
          <button type="button" class="trace-finding" onClick={() => setAll(!all)}>
            {all ? 'Fewer' : `${findings.length - shown.length} more`}
          </button>
        </li>
      ) : null}
    </ul>
  );
}

/** The first of each kind, then the others in their order, as many as there is room for. */
function few(findings: readonly OutlineFinding[]): OutlineFinding[] {
  if (findings.length <= FEW + 1) return [...findings];
  const firsts = findings.filter((one, index) => findings.findIndex((other) => other.kind === one.kind) === index);
  const rest = findings.filter((one) => !firsts.includes(one));
  return [...firsts, ...rest].slice(0, Math.max(FEW, firsts.length));
}
