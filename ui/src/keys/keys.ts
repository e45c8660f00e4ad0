/* Key bindings: views say what their keys do, one listener runs them, and the key sheet and the palette list them. */
import { useEffect, useRef } from 'preact/hooks';
import { step } from './chords';

/** One binding. */
export interface Binding {
  /** `j`, `shift+e`, `g t` (one after the other), `mod+k` (ctrl, or cmd on a Mac), `Enter`, `ArrowDown`. */
  keys: string;
  /** What it does, for the sheet: starts with a capital. */
  does: string;
  run: (event: KeyboardEvent) => void;
  when?: () => boolean;
  /** Also offered in the command palette. */
  palette?: boolean;
  /** Also while a field has the focus. */
  inFields?: boolean;
}

interface Group {
  name: string;
  bindings: () => Binding[];
}

const groups: Group[] = [];
let pending = '';
let pendingUntil = 0;

/** All groups with their bindings, the newest first: those of a dialog before those of the page below it. */
export function registered(): { name: string; bindings: Binding[] }[] {
  return groups
    .map((group) => ({ name: group.name, bindings: group.bindings() }))
    .filter((group) => group.bindings.length > 0)
    .reverse();
}

/** Bind keys while the component is on the page. */
export function useKeys(group: string, bindings: Binding[]): void {
  const latest = useRef(bindings);
  latest.current = bindings;
  useEffect(() => {
    const entry: Group = { name: group, bindings: () => latest.current };
    groups.push(entry);
    return () => {
      groups.splice(groups.indexOf(entry), 1);
    };
  }, [group]);
}

/** Listen to the whole page; called once. */
export function listen(target: Document): void {
  target.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const typing = isField(event.target);
    const bindings = groups.toReversed().flatMap((group) => group.bindings());
    const offered = bindings.filter(
      (one) => (!typing || one.inFields || one.keys === 'Escape') && (one.when?.() ?? true),
    );
    const outcome = step(
      Date.now() < pendingUntil ? pending : '',
      event,
      offered.map((one) => one.keys),
    );
    pending = outcome.pending;
    pendingUntil = Date.now() + 1200;
    if (outcome.index < 0) return;
    const chosen = offered[outcome.index]!;
    // A button that has the focus keeps its own Enter and Space.
    if ((event.key === 'Enter' || event.key === ' ') && !typing && isControl(event.target)) return;
    event.preventDefault();
    chosen.run(event);
  });
}

function isField(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return !!element?.closest?.('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]');
}

function isControl(target: EventTarget | null): boolean {
  return !!(target as HTMLElement | null)?.closest?.('button, a[href], summary, [role=option], input');
}
