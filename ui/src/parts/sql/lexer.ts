/* SQL cut into pieces for colouring and completion. It never fails: what it does not know is plain text. */

export type PieceKind =
  'keyword' | 'function' | 'string' | 'quoted' | 'number' | 'comment' | 'parameter' | 'word' | 'symbol' | 'space';

export interface Piece {
  kind: PieceKind;
  text: string;
  /** Where it begins, in characters. */
  at: number;
}

export const KEYWORDS: readonly string[] = (
  'SELECT DISTINCT FROM WHERE PREWHERE GROUP BY HAVING QUALIFY ORDER LIMIT OFFSET WITH AS ON USING JOIN LEFT RIGHT INNER FULL' +
  ' OUTER CROSS ANY ALL ASOF ARRAY UNION INTERSECT EXCEPT AND OR NOT IN LIKE ILIKE BETWEEN IS NULL CASE WHEN THEN ELSE END ASC' +
  ' DESC NULLS FIRST LAST INTERVAL OVER PARTITION ROWS RANGE UNBOUNDED PRECEDING FOLLOWING CURRENT ROW FINAL SAMPLE SHOW TABLES' +
  ' COLUMNS DESCRIBE EXPLAIN EXISTS TABLE CREATE TRUE FALSE FILL STEP TO ROLLUP CUBE TOTALS WINDOW'
).split(' ');

const KNOWN = new Set(KEYWORDS);
const RULES: readonly [PieceKind, RegExp][] = [
  ['space', /\s+/y],
  ['comment', /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y],
  ['string', /'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)/y],
  ['quoted', /"(?:[^"\\]|\\[\s\S]|"")*(?:"|$)|`(?:[^`\\]|\\[\s\S]|``)*(?:`|$)/y],
  ['parameter', /\{[A-Za-z_]\w*:[^{}\n]*\}/y],
  ['number', /0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?/y],
  ['word', /[A-Za-z_]\w*/y],
];

/** The pieces of a statement; joined they are the statement. */
export function pieces(statement: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  while (at < statement.length) {
    const piece = pieceAt(statement, at);
    found.push(piece);
    at += piece.text.length;
  }
  return found;
}

function pieceAt(statement: string, at: number): Piece {
  for (const [kind, rule] of RULES) {
    rule.lastIndex = at;
    const text = rule.exec(statement)?.[0];
    if (text) return { kind: kind === 'word' ? named(text, statement, at) : kind, text, at };
  }
  return { kind: 'symbol', text: statement[at]!, at };
}

function named(text: string, statement: string, at: number): PieceKind {
  if (/^\s*\(/.test(statement.slice(at + text.length, at + text.length + 20)) && !KNOWN.has(text.toUpperCase()))
    return 'function';
  return KNOWN.has(text.toUpperCase()) && statement[at - 1] !== '.' ? 'keyword' : 'word';
}
