/* The queries of the view and where they stand: each in the parameter of its letter. */
import { setParams, useQuery } from '../../state/url';
import type { MetricQuery } from './query';
import { emptyQuery, freeLetter, LETTERS, readQuery, written } from './query';

export interface Queries {
  all: MetricQuery[];
  change: (query: MetricQuery) => void;
  /** The letter that the new query got; undefined where there is no room. */
  add: (changes: Partial<MetricQuery>) => string | undefined;
  remove: (letter: string) => void;
}

/** The queries of the address, and what changes them. A query that asks nothing yet has its parameter, with `?` for a name. */
export function useQueries(): Queries {
  const query = useQuery();
  const all = LETTERS.flatMap((letter) => {
    const text = query.get(letter);
    return text === null ? [] : [readQuery(letter, text === '?' ? '' : text)];
  });
  const change = (changed: MetricQuery): void => setParams({ [changed.letter]: written(changed) || '?', only: null });
  return {
    all,
    change,
    add: (changes) => {
      const letter = freeLetter(all);
      if (letter) change({ ...emptyQuery(letter), ...changes, letter });
      return letter;
    },
    remove: (letter) => setParams({ [letter]: null, only: null }),
  };
}
