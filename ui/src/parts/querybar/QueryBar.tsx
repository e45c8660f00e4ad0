/* The line in which a search is written: chips for what is asked, text where one types, and below it how the word may go on. */
import './querybar.css';
import type { TargetedKeyboardEvent } from 'preact';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import { useKeys } from '../../keys/keys';
import { Button } from '../Button';
import { Icon } from '../Icon';
import { hrefWith, navigate } from '../../state/url';
import { GrammarHelp } from './GrammarHelp';
import { Problems } from './Problems';
import { SuggestionList } from './SuggestionList';
import { TermChip } from './TermChip';
import { atRest, changed, givenUp, isComplete, settled, takenBack, whole, without, type Edit } from './edit';
import { parse, problems, toTraceParams, type Signal, type Term } from './grammar';
import { remember } from './recent';
import { traceId, type Suggestion } from './suggest';
import { useSuggestions } from './useSuggestions';

interface Props {
  signal: Signal;
  /** The query as text; what the address has as `q`. */
  value: string;
  onChange: (value: string) => void;
  range: { params: { start: string; end: string } };
  label: string;
  placeholder?: string;
}

export function QueryBar({ signal, value, onChange, range, label, placeholder }: Props) {
  const [edit, setEdit] = useState<Edit>(() => atRest(value));
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const [help, setHelp] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const asked = useRef(value);

  // What comes from elsewhere (a link, a brush, the back button) takes the place of what was being typed.
  useEffect(() => {
    if (value !== asked.current) setEdit(atRest(value));
    asked.current = value;
  }, [value]);

  const service = useMemo(() => toTraceParams(parse(value)).service ?? '', [value]);
  const suggestions = useSuggestions({
    signal,
    draft: edit.draft,
    terms: edit.terms,
    service,
    open,
    range: range.params,
  });
  const troubles = useMemo(() => problems(parse(value), signal), [value, signal]);
  const terms = useMemo(() => edit.terms.map((text) => parse(text)[0]), [edit.terms]);

  const focus = () => input.current?.focus();
  const type = (next: Edit) => {
    setEdit(next);
    setActive(-1);
    setOpen(true);
  };
  const ask = (next: Edit) => {
    const query = whole(next);
    setEdit(settled(next));
    setActive(-1);
    asked.current = query;
    if (query !== value) onChange(query);
    if (problems(parse(query), signal).length === 0) remember(signal, query);
  };
  const take = (one: Suggestion) => {
    if (one.kind === 'trace') return navigate(hrefWith(`/trace/${one.insert}`));
    if (one.kind === 'recent') ask(atRest(one.insert));
    else if (one.whole) ask({ ...edit, draft: one.insert });
    else type({ ...edit, draft: one.insert });
    setOpen(!one.whole || one.kind === 'field');
    focus();
  };

  const typed = (text: string) => {
    const ends = /\s$/.test(text) && isComplete(text);
    if (!ends) return type({ ...edit, draft: text });
    ask({ ...edit, draft: text });
    setOpen(true);
  };

  const enter = () => {
    const chosen = open ? suggestions[active] : undefined;
    const trace = traceId(edit.draft);
    if (chosen) return take(chosen);
    if (trace) return navigate(hrefWith(`/trace/${trace}`));
    setOpen(false);
    ask(edit);
  };

  const move = (by: number) => {
    setOpen(true);
    if (suggestions.length === 0) return;
    setActive((now) =>
      open ? ((now + by + 1 + suggestions.length + 1) % (suggestions.length + 1)) - 1 : by > 0 ? 0 : -1,
    );
  };

  const escape = () => {
    if (open && (suggestions.length > 0 || help)) setOpen(false);
    else if (edit.draft !== '' || edit.taken !== undefined) setEdit(givenUp(edit));
    else input.current?.blur();
    setHelp(false);
  };

  const pressed = (event: TargetedKeyboardEvent<HTMLInputElement>) => {
    const atStart = event.currentTarget.selectionStart === 0 && event.currentTarget.selectionEnd === 0;
    const completes = open && suggestions.length > 0 && (active >= 0 || edit.draft !== '');
    if (event.isComposing) return;
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Enter') enter();
    else if (event.key === 'Escape') escape();
    else if (event.key === 'Tab' && !event.shiftKey && completes) take(suggestions[Math.max(0, active)]!);
    else if (event.key === 'Backspace' && atStart && edit.at > 0) type(takenBack(edit, edit.at - 1));
    else if (event.key === 'ArrowLeft' && atStart && edit.at > 0) chipAt(edit.at - 1)?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const chipAt = (index: number) => root.current?.querySelectorAll<HTMLElement>('.qb-term')[index];
  const stepFrom = (index: number, by: number) => (chipAt(index + by) ?? input.current)?.focus();
  const left = useRef<() => void>(() => undefined);
  left.current = () => {
    // Asked a moment later, because an element that goes away loses the focus before another has it.
    if (!root.current || root.current.contains(document.activeElement)) return;
    setOpen(false);
    setHelp(false);
    if (edit.draft.trim() !== '' || edit.taken !== undefined) ask(edit);
  };

  useKeys('Search', [{ keys: '/', does: 'Write a search', run: focus }]);
  // After a chip was taken back to text, the caret stands at its end.
  useEffect(() => {
    if (edit.taken === undefined) return;
    focus();
    input.current?.setSelectionRange(edit.draft.length, edit.draft.length);
  }, [edit.taken, edit.at]);

  const chip = (term: Term | undefined, index: number) =>
    term && (
      <TermChip
        key={`${index} ${edit.terms[index]!}`}
        term={term}
        wrong={troubles.some((trouble) => trouble.term.raw === term.raw)}
        onEdit={() => {
          focus();
          type(takenBack(edit, index));
        }}
        onRemove={() => {
          focus();
          ask(without(edit, index));
        }}
        onChange={(change) => ask(changed(edit, index, change))}
        onStep={(by) => stepFrom(index, by)}
      />
    );

  const list = `${id}-list`;
  const shown = open && suggestions.length > 0;
  return (
    <div class="qb" ref={root} onFocusOut={() => setTimeout(() => left.current())} role="search" aria-label={label}>
      <div
        class={`qb-line ${troubles.length > 0 ? 'is-wrong' : ''}`}
        onPointerDown={(event) => {
          if ((event.target as HTMLElement).closest('button, input')) return;
          event.preventDefault();
          focus();
          setOpen(true);
        }}
      >
        <Icon name="search" />
        {terms.slice(0, edit.at).map(chip)}
        <span class="qb-typed" data-text={edit.draft}>
          <input
            ref={input}
            class="qb-input"
            role="combobox"
            aria-label={label}
            aria-autocomplete="list"
            aria-expanded={shown}
            aria-controls={list}
            aria-activedescendant={shown && active >= 0 ? `${list}-${active}` : undefined}
            aria-invalid={troubles.length > 0}
            aria-describedby={troubles.length > 0 ? `${id}-wrong` : undefined}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            placeholder={edit.terms.length === 0 ? placeholder : undefined}
            value={edit.draft}
            onInput={(event) => typed(event.currentTarget.value)}
            onKeyDown={pressed}
            onClick={() => setOpen(true)}
          />
        </span>
        {terms.slice(edit.at).map((term, i) => chip(term, edit.at + i))}
        <span class="qb-end">
          {edit.terms.length > 0 && (
            <Button
              kind="quiet"
              icon="close"
              label="Clear the search"
              onClick={() => {
                ask(atRest(''));
                focus();
              }}
            />
          )}
          <Button
            kind="quiet"
            icon="info"
            label="How to write a search"
            expanded={help}
            onClick={() => setHelp(!help)}
          />
        </span>
      </div>
      {shown && (
        <SuggestionList id={list} suggestions={suggestions} active={active} onTake={take} onActive={setActive} />
      )}
      {help && (
        <GrammarHelp
          signal={signal}
          onTry={(example) => {
            setHelp(false);
            type({ ...edit, draft: example });
            focus();
          }}
        />
      )}
      <Problems id={`${id}-wrong`} troubles={troubles} query={value} onMend={(query) => ask(atRest(query))} />
    </div>
  );
}
