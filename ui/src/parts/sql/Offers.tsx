/* The list below the caret: what could stand there, and what each is. */
import { useEffect, useRef } from 'preact/hooks';
import type { Offer } from './complete';

interface Props {
  id: string;
  offers: readonly Offer[];
  chosen: number;
  place: { left: number; top: number };
  onTake: (index: number) => void;
}

export function Offers({ id, offers, chosen, place, onTake }: Props) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <ul
      class="sql-offers"
      role="listbox"
      id={id}
      aria-label="Completions"
      ref={list}
      style={{ left: `${place.left}px`, top: `${place.top}px` }}
    >
      {offers.map((one, index) => (
        <li
          key={`${one.kind} ${one.label}`}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === chosen}
          onPointerDown={(event) => {
            event.preventDefault(); // the field keeps the focus
            onTake(index);
          }}
        >
          <bdi>{one.label}</bdi>
          <span class="sql-detail">{one.detail || one.kind}</span>
        </li>
      ))}
    </ul>
  );
}
