/* Searches that were given a name: name and address, in the browser's storage. The address is the search. */
export interface Saved {
  name: string;
  href: string;
}

const KEY = 'sonde.saved.traces';

/** All of them, by name. */
export function savedSearches(): Saved[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    if (!Array.isArray(kept)) return [];
    return kept.filter(isSaved).sort((a, b) => a.name.localeCompare(b.name));
  } catch {
    return [];
  }
}

/** Only addresses of this site: what is in the storage becomes a link. */
function isSaved(one: unknown): one is Saved {
  const { name, href } = (one ?? {}) as Partial<Saved>;
  return typeof name === 'string' && typeof href === 'string' && /^\/(?!\/)/.test(href);
}

/** Keep a search; one of the same name is replaced. */
export function save(search: Saved): Saved[] {
  return keep([...savedSearches().filter((one) => one.name !== search.name), search]);
}

/** Forget a search. */
export function forget(name: string): Saved[] {
  return keep(savedSearches().filter((one) => one.name !== name));
}

function keep(searches: Saved[]): Saved[] {
  try {
    localStorage.setItem(KEY, JSON.stringify(searches));
  } catch {
    // Without storage the address itself can still be kept.
  }
  return savedSearches();
}
