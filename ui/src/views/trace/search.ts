/* Going from match to match in a trace, in the order of its spans, around its ends. */

/** The match after (1) or before (-1) a span, around the ends; -1 where there are none. Matches are ascending. */
export function stepped(matches: readonly number[], from: number, by: 1 | -1): number {
  if (matches.length === 0) return -1;
  const at = place(matches, from);
  const here = matches[at] === from;
  const next = by === 1 ? (here ? at + 1 : at) : at - 1;
  return matches[(next + matches.length) % matches.length]!;
}

/** How many matches lie before a span: where it is, or would be. */
export function place(matches: readonly number[], span: number): number {
  let low = 0;
  let high = matches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (matches[middle]! < span) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `3 of 17`, or `17` where the span is none of them. */
export function counted(matches: readonly number[], span: number): string {
  const at = place(matches, span);
  return matches[at] === span ? `${at + 1} of ${matches.length}` : String(matches.length);
}
