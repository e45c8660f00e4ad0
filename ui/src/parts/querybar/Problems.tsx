/* What of a query cannot be asked: where, why, and the mend. */
import { parse, print, type TermProblem } from './grammar';

interface Props {
  id: string;
  troubles: readonly TermProblem[];
  query: string;
  onMend: (query: string) => void;
}

export function Problems({ id, troubles, query, onMend }: Props) {
  if (troubles.length === 0) return null;
  return (
    <ul class="qb-problems" id={id} role="alert">
      {troubles.map((trouble) => (
        <li key={trouble.term.start}>
          {!trouble.message.startsWith(trouble.term.raw) && <code>{trouble.term.raw}</code>}{' '}
          <span>{trouble.message}</span>
          <button type="button" class="qb-mend" onClick={() => onMend(mended(query, trouble))}>
            {trouble.mend ? (
              <>
                Write <code>{trouble.mend}</code>
              </>
            ) : (
              'Remove it'
            )}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The query with the mend in the place of the term. */
function mended(query: string, { term, mend = '' }: TermProblem): string {
  return print(parse(`${query.slice(0, term.start)} ${mend} ${query.slice(term.end)}`));
}
