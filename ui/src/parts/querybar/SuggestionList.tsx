/* How the word may go on: each with its kind, and how many spans or records have it. */
import { useEffect, useRef } from 'preact/hooks';
import { serviceColour } from '../../charts/colours';
import { count } from '../../format';
import type { Suggestion, SuggestionKind } from './suggest';

interface Props {
  id: string;
  suggestions: readonly Suggestion[];
  active: number;
  onTake: (one: Suggestion) => void;
  onActive: (index: number) => void;
}

const NAMES: Record<SuggestionKind, string> = {
  trace: 'trace',
  field: 'condition',
  service: 'service',
  operation: 'operation',
  key: 'attribute',
  value: 'value',
  recent: 'recent',
};

export function SuggestionList({ id, suggestions, active, onTake, onActive }: Props) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    if (active >= 0) list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <ul class="qb-list" id={id} role="listbox" aria-label="Ways to go on" ref={list}>
      {suggestions.map((one, index) => (
        <li
          key={`${one.kind} ${one.insert}`}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          class="qb-option"
          // The field keeps the focus.
          onPointerDown={(event) => event.preventDefault()}
          onPointerMove={() => onActive(index)}
          onClick={() => onTake(one)}
        >
          <span class="qb-kind">{NAMES[one.kind]}</span>
          <span class="qb-label">
            {one.kind === 'service' && (
              <span class="dot" style={{ background: serviceColour(one.label) }} aria-hidden="true" />
            )}
            <bdi class={one.kind === 'service' || one.kind === 'operation' ? '' : 'mono'}>{one.label}</bdi>
            {one.says && <span class="qb-says">{one.says}</span>}
          </span>
          {one.count !== undefined && <span class="qb-count">{count(one.count)}</span>}
        </li>
      ))}
    </ul>
  );
}
