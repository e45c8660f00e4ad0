/* Labels that begin alike differ where they are cut off: what they share can be left out. */

const WORTH = 12;

/** How many characters long labels all begin with, up to the last sign between words; 0 where that is little. */
export function sharedStart(labels: readonly string[]): number {
  const [first = '', ...others] = labels;
  if (others.length === 0) return 0;
  let same = 0;
  while (same < first.length && others.every((label) => label[same] === first[same])) same++;
  const start = /^.*[/.:_\s-]/s.exec(first.slice(0, same))?.[0].length ?? 0;
  return start >= WORTH ? start : 0;
}
