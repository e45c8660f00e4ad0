/* Which choices a few typed letters mean. */

/** Choices whose label has the letters of `text` in order, best first: whole words and beginnings before scattered letters. */
export function ranked<T>(text: string, choices: readonly T[], label: (choice: T) => string): T[] {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [...choices];
  return choices
    .map((choice, index) => ({ choice, index, score: score(wanted, label(choice).toLowerCase()) }))
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .map((one) => one.choice);
}

function score(wanted: string, label: string): number {
  if (label.startsWith(wanted)) return 4;
  const at = label.indexOf(wanted);
  if (at > 0) return /[^a-z0-9]/.test(label[at - 1]!) ? 3 : 2;
  let from = 0;
  for (const letter of wanted) {
    const next = label.indexOf(letter, from);
    if (next < 0) return 0;
    from = next + 1;
  }
  return 1;
}
