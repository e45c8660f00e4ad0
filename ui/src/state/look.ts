/* How a person likes it: theme, density, time zone. Kept in the browser, because it belongs to the reader and not to the view. */
import { useEffect, useReducer } from 'preact/hooks';

export interface Look {
  /** Empty: as the system has it. */
  theme: '' | 'light' | 'dark';
  density: '' | 'compact' | 'roomy';
  /** An IANA name; empty for the browser's own. */
  zone: string;
}

const KEY = 'sonde.look';
const listeners = new Set<() => void>();
let look: Look = read();

function read(): Look {
  const usual: Look = { theme: '', density: '', zone: '' };
  try {
    return { ...usual, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Look>) };
  } catch {
    return usual;
  }
}

/** What holds now. */
export function currentLook(): Look {
  return look;
}

// Asking the browser costs tens of microseconds, and every moment on a page asks.
const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The zone to show times in. */
export function currentZone(): string {
  return look.zone || OWN_ZONE;
}

/** Change some of it. Charts, which paint themselves, hear `themechange` on the document. */
export function setLook(changes: Partial<Look>): void {
  look = { ...look, ...changes };
  try {
    localStorage.setItem(KEY, JSON.stringify(look));
  } catch {
    // Without storage it holds until the page is closed.
  }
  const root = document.documentElement.dataset;
  if (look.theme) root['theme'] = look.theme;
  else delete root['theme'];
  if (look.density) root['density'] = look.density;
  else delete root['density'];
  for (const listener of listeners) listener();
  document.dispatchEvent(new Event('themechange'));
}

/** The look; draws the component again when it changes. */
export function useLook(): Look & { shownZone: string } {
  const [, again] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    const changed = () => again(undefined);
    listeners.add(changed);
    return () => void listeners.delete(changed);
  }, []);
  return { ...look, shownZone: currentZone() };
}

/** Tell charts when the system itself turns dark. */
export function followSystem(): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () =>
    document.dispatchEvent(new Event('themechange')),
  );
}
