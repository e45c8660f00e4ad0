/* Arithmetic over queries: `A / B * 100`, `(A - B) / 2`. Lines are matched by their labels; a query of one line goes with
   every line of the others. Where a side has no value at a time, or the result is no number, there is none. */

export interface Values {
  labels: Record<string, string>;
  points: readonly (readonly [number, number])[];
}

type Node = { number: number } | { letter: string } | { op: string; left: Node; right: Node };

const TOKEN = /\s*(?:(\d+(?:\.\d+)?(?:e[+-]?\d+)?)|([A-Z])\b|([-+*/()]))/giy;
const DEEPEST = 50;

/** What is wrong with a formula; empty where nothing is. */
export function problemOf(formula: string, letters: readonly string[]): string {
  const tree = parsed(formula);
  if (typeof tree === 'string') return tree;
  const unknown = named(tree).find((letter) => !letters.includes(letter));
  return unknown ? `There is no query ${unknown}; there is ${letters.join(', ') || 'none yet'}.` : '';
}

/** The letters that a formula names. */
export function lettersOf(formula: string): string[] {
  const tree = parsed(formula);
  return typeof tree === 'string' ? [] : [...new Set(named(tree))];
}

/** The formula's lines over those of the queries; none where it cannot be understood. */
export function calculated(formula: string, given: ReadonlyMap<string, readonly Values[]>): Values[] {
  const tree = parsed(formula);
  if (typeof tree === 'string') return [];
  const found = lines(tree, given);
  return typeof found === 'number'
    ? []
    : found.map(({ labels, points }) => ({ labels, points: points.filter(([, value]) => Number.isFinite(value)) }));
}

function parsed(formula: string): Node | string {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const text = formula.trimEnd();
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match)
      return `“${text.slice(from).trim().slice(0, 20)}” is not understood; write letters, numbers and + - * / ( ), such as A / B * 100.`;
    tokens.push((match[1] ?? match[2] ?? match[3]!).toUpperCase());
  }
  if (tokens.length === 0) return 'Write a formula such as A / B * 100.';
  if (tokens.length > 200) return 'The formula is too long.';
  const reader = new Reader(tokens);
  const tree = reader.sum(0);
  return tree && reader.done ? tree : 'The formula ends too soon or has too much; write it like (A + B) / 2.';
}

class Reader {
  private at = 0;
  constructor(private readonly tokens: string[]) {}

  get done(): boolean {
    return this.at === this.tokens.length;
  }

  sum(depth: number): Node | null {
    return this.chain(['+', '-'], () => this.chain(['*', '/'], () => this.one(depth)));
  }

  private chain(ops: string[], next: () => Node | null): Node | null {
    let left = next();
    while (left && ops.includes(this.tokens[this.at] ?? '')) {
      const op = this.tokens[this.at++]!;
      const right = next();
      left = right && { op, left, right };
    }
    return left;
  }

  private one(depth: number): Node | null {
    const token = this.tokens[this.at++];
    if (token === undefined || depth > DEEPEST) return null;
    if (token === '-') {
      const right = this.one(depth + 1);
      return right && { op: '-', left: { number: 0 }, right };
    }
    if (token === '(') {
      const inner = this.sum(depth + 1);
      return this.tokens[this.at++] === ')' ? inner : null;
    }
    if (/^[A-Z]$/.test(token)) return { letter: token };
    return /^\d/.test(token) ? { number: Number(token) } : null;
  }
}

function named(node: Node): string[] {
  if ('letter' in node) return [node.letter];
  return 'op' in node ? [...named(node.left), ...named(node.right)] : [];
}

function lines(node: Node, given: ReadonlyMap<string, readonly Values[]>): readonly Values[] | number {
  if ('number' in node) return node.number;
  if ('letter' in node) return given.get(node.letter) ?? [];
  const [left, right] = [lines(node.left, given), lines(node.right, given)];
  if (typeof left === 'number' && typeof right === 'number') return applied(node.op, left, right);
  if (typeof right === 'number')
    return (left as readonly Values[]).map((line) => each(line, (value) => applied(node.op, value, right)));
  if (typeof left === 'number') return right.map((line) => each(line, (value) => applied(node.op, left, value)));
  return pairs(left, right).map(([a, b, labels]) => {
    const other = new Map(b.points);
    const both = a.points.filter(([t]) => other.has(t));
    return { labels, points: both.map(([t, value]) => [t, applied(node.op, value, other.get(t)!)] as const) };
  });
}

function pairs(left: readonly Values[], right: readonly Values[]): [Values, Values, Record<string, string>][] {
  if (right.length === 1 && left.length > 1) return left.map((line) => [line, right[0]!, line.labels]);
  if (left.length === 1 && right.length > 1) return right.map((line) => [left[0]!, line, line.labels]);
  if (left.length === 1 && right.length === 1)
    return [[left[0]!, right[0]!, { ...right[0]!.labels, ...left[0]!.labels }]];
  const key = (labels: Record<string, string>): string => JSON.stringify(Object.entries(labels).sort());
  const known = new Map(right.map((line) => [key(line.labels), line]));
  return left.flatMap((line) => {
    const match = known.get(key(line.labels));
    return match ? [[line, match, line.labels] as [Values, Values, Record<string, string>]] : [];
  });
}

function each(line: Values, change: (value: number) => number): Values {
  return { labels: line.labels, points: line.points.map(([t, value]) => [t, change(value)] as const) };
}

function applied(op: string, a: number, b: number): number {
  if (op === '+') return a + b;
  if (op === '-') return a - b;
  return op === '*' ? a * b : a / b;
}
