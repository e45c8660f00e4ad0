/* One condition as a chip: click or Enter to write it anew, `-` for the opposite, `~` to switch it off, Delete to remove it. */
import type { TargetedKeyboardEvent } from 'preact';
import { likelyColour } from '../../charts/colours';
import { Icon } from '../Icon';
import { switched, turned } from './edit';
import type { Op, Term } from './grammar';

interface Props {
  term: Term;
  wrong: boolean;
  onEdit: () => void;
  onRemove: () => void;
  onChange: (change: (term: Term) => Term) => void;
  /** Go to the chip before (-1) or after (1). */
  onStep: (by: number) => void;
}

const SIGNS: Partial<Record<Op, string>> = { '!=': '≠', '>=': '≥', '<=': '≤', '=~': '≈', '!~': '≉' };

export function TermChip({ term, wrong, onEdit, onRemove, onChange, onStep }: Props) {
  const pressed = (event: TargetedKeyboardEvent<HTMLElement>) => {
    const run = {
      Delete: onRemove,
      Backspace: onRemove,
      ArrowLeft: () => onStep(-1),
      ArrowRight: () => onStep(1),
      '-': () => onChange(turned),
      '!': () => onChange(turned),
      '~': () => onChange(switched),
    }[event.key];
    if (!run || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  };
  return (
    <span class={`qb-chip ${wrong ? 'is-wrong' : ''} ${term.off ? 'is-off' : ''}`}>
      <button
        type="button"
        class="qb-term"
        onClick={onEdit}
        onKeyDown={pressed}
        title={`${term.raw}\nClick to edit · − opposite · ~ ${term.off ? 'on' : 'off'} · Delete removes`}
        aria-description={`${term.off ? 'off, ' : ''}${wrong ? 'not understood, ' : ''}edit`}
      >
        <Words term={term} />
      </button>
      <button
        type="button"
        class="qb-off"
        aria-pressed={!term.off}
        aria-label={`Ask for ${term.raw}`}
        onClick={() => onChange(switched)}
        title={term.off ? 'Switch on' : 'Switch off'}
      >
        <span aria-hidden="true" />
      </button>
      <button type="button" class="qb-remove" aria-label={`Remove ${term.raw}`} onClick={onRemove}>
        <Icon name="close" size={10} />
      </button>
    </span>
  );
}

function Words({ term }: { term: Term }) {
  if (term.problem) return <bdi>{term.raw}</bdi>;
  if (term.kind === 'text') {
    return (
      <>
        {term.op === '!=' && <span class="qb-sign">not</span>}
        <bdi>“{term.value}”</bdi>
      </>
    );
  }
  if (term.op === 'has' || term.op === 'lacks') {
    return (
      <>
        <span class="qb-sign">{term.op === 'has' ? 'has' : 'has no'}</span>
        <bdi>{term.field}</bdi>
      </>
    );
  }
  const isPlain = term.kind === 'field' && term.op === '=';
  const isService = isPlain && term.field === 'service';
  return (
    <>
      <bdi class="qb-key">{term.field}</bdi>
      {!isPlain && <span class="qb-sign">{SIGNS[term.op] ?? term.op}</span>}
      {isService && <span class="dot" style={{ background: likelyColour(term.value) }} aria-hidden="true" />}
      <bdi>{term.value === '' ? '""' : term.value}</bdi>
    </>
  );
}
