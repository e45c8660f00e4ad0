/* Search within the trace: how many spans hold the text, which one this is, and the way to the next. */
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../../parts/Button';
import { counted, stepped } from './search';
import type { TraceState } from './useTrace';

export function Finder({ state }: { state: TraceState }) {
  const { search, selected, reveal } = state;
  const [typed, setTyped] = useState(search.text);
  useEffect(() => setTyped(search.text), [search.text]);
  useEffect(() => {
    if (typed === search.text) return undefined;
    const timer = setTimeout(() => search.setText(typed), 150);
    return () => clearTimeout(timer);
  }, [typed]);
  const go = (by: 1 | -1) => reveal(stepped(search.matches, selected, by));
  return (
    <search class="trace-finder">
      <input
        id="trace-find"
        type="search"
        class="input"
        aria-label="Find in this trace"
        placeholder="Find in this trace: names, attributes, events, logs"
        value={typed}
        spellcheck={false}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') go(event.shiftKey ? -1 : 1);
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <output class={`trace-found ${search.problem ? 'bad' : 'dim'}`} title={search.problem} aria-live="polite">
        {search.text.trim() === ''
          ? ''
          : search.problem
            ? 'not understood'
            : search.busy
              ? '…'
              : counted(search.matches, selected)}
      </output>
      <Button
        kind="quiet"
        icon="up"
        label="Previous match (shift+n)"
        disabled={search.matches.length === 0}
        onClick={() => go(-1)}
      />
      <Button
        kind="quiet"
        icon="down"
        label="Next match (n)"
        disabled={search.matches.length === 0}
        onClick={() => go(1)}
      />
    </search>
  );
}
