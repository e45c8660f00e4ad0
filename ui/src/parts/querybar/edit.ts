/* The bar's text while it is being changed: terms that are chips, and one place among them where a person types. */
import { parse, print, printed, type Term } from './grammar';

export interface Edit {
  /** Terms as text, without the one that is being typed. */
  terms: readonly string[];
  /** Where the typed text stands among them. */
  at: number;
  draft: string;
  /** The term that was taken back to text; absent where a new one is typed. */
  taken?: string;
}

/** A query at rest: all of it chips, and an empty place at their end. */
export function atRest(query: string): Edit {
  const terms = parse(query).map((term) => printed(term));
  return { terms, at: terms.length, draft: '' };
}

/** The query with what is typed in its place. */
export function whole(edit: Edit): string {
  const before = edit.terms.slice(0, edit.at).join(' ');
  const after = edit.terms.slice(edit.at).join(' ');
  return print(parse([before, print(parse(edit.draft)), after].filter(Boolean).join(' ')));
}

/** All typed text taken as terms. */
export const settled = (edit: Edit): Edit => atRest(whole(edit));

/** Take a term back to text; what was being typed becomes a term. */
export function takenBack(edit: Edit, index: number): Edit {
  const grown = settled(edit).terms.length - edit.terms.length;
  const at = index < edit.at ? index : index + grown;
  const { terms } = settled(edit);
  const draft = terms[at];
  if (draft === undefined) return edit;
  return { terms: terms.filter((_, i) => i !== at), at, draft, taken: draft };
}

/** Without one of the terms. */
export function without(edit: Edit, index: number): Edit {
  const terms = edit.terms.filter((_, i) => i !== index);
  return { ...edit, terms, at: index < edit.at ? edit.at - 1 : edit.at };
}

/** With one of the terms changed. */
export function changed(edit: Edit, index: number, change: (term: Term) => Term): Edit {
  const terms = edit.terms.map((text, i) => (i === index ? print(parse(text).map((term) => change(term))) : text));
  return { ...edit, terms };
}

/** The typed text thrown away; a term that was taken back is as it was. */
export function givenUp(edit: Edit): Edit {
  const terms = [...edit.terms];
  if (edit.taken !== undefined) terms.splice(edit.at, 0, edit.taken);
  return { terms, at: terms.length, draft: '' };
}

/** Whether the typed text is one or more terms that stand for themselves, so that a space may end them. */
export function isComplete(draft: string): boolean {
  const terms = parse(draft);
  return terms.length > 0 && terms.every((term) => !term.problem);
}

const TURNED: Partial<Record<Term['op'], Term['op']>> = {
  '=': '!=',
  '!=': '=',
  '=~': '!~',
  '!~': '=~',
  '>': '<=',
  '<=': '>',
  '<': '>=',
  '>=': '<',
  has: 'lacks',
  lacks: 'has',
};

/** The term that asks for the opposite. */
export const turned = (term: Term): Term => ({ ...term, op: TURNED[term.op] ?? term.op });

/** The term switched off or on. */
export const switched = (term: Term): Term => ({ ...term, off: !term.off });
