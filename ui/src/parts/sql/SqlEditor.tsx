/* Where SQL is written: a text field, its colours drawn beneath it letter by letter, and a list of what could stand at the caret. */
import './sql.css';
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { complete, type Completion, type Schema, taken } from './complete';
import { Offers } from './Offers';
import { pieces } from './lexer';
import { sqlSchema } from './run';

interface Props {
  value: string;
  onChange: (value: string) => void;
  /** ctrl+Enter (cmd+Enter). */
  onRun?: () => void;
  label: string;
  /** Part of the text that an error is about. */
  mark?: [number, number] | undefined;
  rows?: number;
}

const NOTHING: Schema = { tables: [], functions: [] };

export function SqlEditor({ value, onChange, onRun, label, mark, rows = 8 }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const under = useRef<HTMLPreElement>(null);
  const id = useId();
  const [schema, setSchema] = useState<Schema>(NOTHING);
  const [open, setOpen] = useState<{ found: Completion; chosen: number; place: { left: number; top: number } } | null>(
    null,
  );
  const [caret, setCaret] = useState<number | null>(null);

  const gone = useRef(false);
  const learn = () => {
    sqlSchema().then(
      (found) => !gone.current && setSchema(found),
      () => undefined, // without it the editor colours and does not complete; the next letter asks again
    );
  };
  useEffect(() => {
    gone.current = false;
    learn();
    return () => void (gone.current = true);
  }, []);
  useLayoutEffect(() => {
    if (caret === null) return;
    field.current?.setSelectionRange(caret, caret);
    setCaret(null);
  }, [caret]);

  const offer = (asked: boolean) => {
    const box = field.current!;
    if (schema === NOTHING) learn();
    const found = complete(box.value, box.selectionStart, schema, asked);
    const isDone = found.offers.length === 1 && found.offers[0]!.insert === box.value.slice(found.from, found.to);
    setOpen(found.offers.length && !isDone ? { found, chosen: 0, place: placeOf(box, found.from) } : null);
  };
  // What was typed before the tables were known is completed when they are.
  useEffect(() => {
    if (schema !== NOTHING && document.activeElement === field.current) offer(false);
  }, [schema]);
  const take = (index: number) => {
    if (!open) return;
    const { text, caret: at } = taken(value, open.found, open.found.offers[index]!);
    onChange(text);
    setCaret(at);
    setOpen(null);
    field.current?.focus();
  };
  const pressed = (event: KeyboardEvent) => {
    const outcome = open ? listKey(event, open.chosen, open.found.offers.length) : undefined;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      setOpen(null);
      onRun?.();
    } else if (event.key === ' ' && event.ctrlKey) offer(true);
    else if (outcome === 'take') take(open!.chosen);
    else if (outcome === 'close') {
      setOpen(null);
      return; // Escape also stops what is running
    } else if (outcome !== undefined) setOpen({ ...open!, chosen: outcome });
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const coloured = useMemo(() => colours(value, mark), [value, mark?.[0], mark?.[1]]);

  return (
    <div class="sql-editor" style={{ height: `calc(${Math.max(rows, 3)} * 1.55em + 18px)` }}>
      <pre class="sql-under" ref={under} aria-hidden="true">
        {coloured}
        {'\n'}
      </pre>
      <textarea
        ref={field}
        class="sql-field"
        aria-label={label}
        aria-autocomplete="list"
        aria-controls={open ? id : undefined}
        aria-activedescendant={open ? `${id}-${open.chosen}` : undefined}
        aria-invalid={mark ? true : undefined}
        spellcheck={false}
        autocapitalize="off"
        autocomplete="off"
        wrap="off"
        value={value}
        onInput={(event) => {
          onChange(event.currentTarget.value);
          offer(false);
        }}
        onKeyDown={pressed}
        onClick={() => setOpen(null)}
        onBlur={() => setOpen(null)}
        onScroll={(event) => {
          under.current!.scrollTop = event.currentTarget.scrollTop;
          under.current!.scrollLeft = event.currentTarget.scrollLeft;
          // Typing at an edge scrolls, too: the list goes with the text.
          const box = event.currentTarget;
          setOpen((was) => was && { ...was, place: placeOf(box, was.found.from) });
        }}
      />
      {open && <Offers id={id} offers={open.found.offers} chosen={open.chosen} place={open.place} onTake={take} />}
    </div>
  );
}

/** What a key does to an open list: the index to go to, or to take or close it. */
function listKey(event: KeyboardEvent, chosen: number, count: number): number | 'take' | 'close' | undefined {
  if (event.key === 'ArrowDown') return (chosen + 1) % count;
  if (event.key === 'ArrowUp') return (chosen + count - 1) % count;
  if ((event.key === 'Enter' || event.key === 'Tab') && !event.ctrlKey && !event.metaKey) return 'take';
  return event.key === 'Escape' ? 'close' : undefined;
}

/** Where a character stands in the field: all letters are equally wide and lines do not wrap. */
function placeOf(box: HTMLTextAreaElement, at: number): { left: number; top: number } {
  const before = box.value.slice(0, at).split('\n');
  const style = getComputedStyle(box);
  const pen = document.createElement('canvas').getContext('2d')!;
  pen.font = `${style.fontSize} ${style.fontFamily}`;
  const left = pen.measureText(before.at(-1)!).width + parseFloat(style.paddingLeft) - box.scrollLeft;
  const top = before.length * parseFloat(style.lineHeight) + parseFloat(style.paddingTop) - box.scrollTop;
  return { left: Math.max(0, Math.min(left, box.clientWidth - 260)), top: Math.min(top, box.clientHeight) };
}

function colours(value: string, mark: [number, number] | undefined) {
  return pieces(value).map((piece) => {
    const wrong = mark && piece.at < mark[1] && mark[0] < piece.at + piece.text.length && piece.kind !== 'space';
    if (piece.kind === 'space' || (piece.kind === 'word' && !wrong)) return piece.text;
    return (
      <span key={piece.at} class={`sql-${piece.kind} ${wrong ? 'sql-wrong' : ''}`}>
        {piece.text}
      </span>
    );
  });
}
