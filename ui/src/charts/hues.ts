/* Which hue a service has: the one its name wishes, unless another service of this browser has it already. What was given is
   kept in the browser's storage, so that a colour means the same service in every view, tab and session. Of names that arrive
   together the alphabetical first chooses first, so the order of visits matters only where two wishes meet. */

export const HUES = 20;

/** The palette's first hues lie far apart; the others are for those that come when these are taken. */
const FAR_APART = 12;
const PLACE = 'sonde.hues';
const AT_MOST = 400;

const given = new Map<string, number>();
const holders = new Array<number>(HUES).fill(0);

/** The hue that a name wishes, 0 to 19, as if it were alone. */
export function wishOf(name: string): number {
  return hash(name) % FAR_APART;
}

/** FNV-1a over the name's UTF-16 units, stirred so that `api-1` and `api-2` lie far apart. */
function hash(name: string): number {
  let mixed = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) mixed = Math.imul(mixed ^ name.charCodeAt(i), 0x01000193);
  mixed ^= mixed >>> 16;
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  return mixed >>> 0;
}

/** The hue of a service; a new one gets the least used, first what it wishes. */
export function hueOf(name: string): number {
  return given.get(name) ?? give([name]).get(name) ?? wishOf(name);
}

/** The hue of a name that may be no service, as while one types: nothing is kept. */
export function likelyHueOf(name: string): number {
  return given.get(name) ?? wishOf(name);
}

/** Services that are shown together: give them their hues at once, whatever order they are drawn in. */
export function introduce(names: readonly string[]): void {
  const fresh = names.filter((name) => name !== '' && !given.has(name));
  if (fresh.length > 0) give([...new Set(fresh)].sort());
}

function give(names: readonly string[]): ReadonlyMap<string, number> {
  remember();
  for (const name of names) {
    if (given.has(name) || given.size >= AT_MOST) continue;
    hold(name, leastUsed(name));
  }
  keep();
  return given;
}

function leastUsed(name: string): number {
  const least = Math.min(...holders);
  const first = wishOf(name);
  for (let i = 0; i < HUES; i++) {
    const hue = i < FAR_APART ? (first + i) % FAR_APART : i;
    if (holders[hue] === least) return hue;
  }
  return first;
}

function hold(name: string, hue: number): void {
  given.set(name, hue);
  holders[hue] = holders[hue]! + 1;
}

/** What other tabs and earlier sessions gave. */
function remember(): void {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(PLACE) ?? '[]');
    if (!Array.isArray(stored)) return;
    for (const pair of stored.slice(0, AT_MOST) as unknown[]) {
      if (!Array.isArray(pair)) continue;
      const [name, hue] = pair as unknown[];
      const isGood =
        typeof name === 'string' && Number.isInteger(hue) && (hue as number) >= 0 && (hue as number) < HUES;
      if (isGood && !given.has(name)) hold(name, hue as number);
    }
  } catch {
    // Storage may be forbidden or hold something else: colours then last as long as the page.
  }
}

function keep(): void {
  try {
    localStorage.setItem(PLACE, JSON.stringify([...given]));
  } catch {
    // As above.
  }
}

/** Forget everything: for tests. */
export function forgetHues(): void {
  given.clear();
  holders.fill(0);
}
