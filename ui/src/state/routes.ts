/* The views, each registered by its own file `views/<name>/route.ts(x)`. */
import type { ComponentType } from 'preact';
import type { IconName } from '../parts/Icon';

export interface PageProps {
  params: Record<string, string>;
}

/** A view's entry. */
export interface Route {
  /** Path pattern: `/service/:name`. */
  path: string;
  /** What the browser's tab and the navigation call it. */
  title: string;
  /** Place in the navigation; none where it is reached from other views. */
  nav?: number;
  icon?: IconName;
  /** The second key after `g` that goes there. */
  key?: string;
  load: () => Promise<ComponentType<PageProps>>;
}

const found = import.meta.glob<{ route: Route }>('../views/*/route.{ts,tsx}', { eager: true });

export const ROUTES: Route[] = Object.values(found).map((module) => module.route);
export const NAVIGATION: Route[] = ROUTES.filter((route) => route.nav !== undefined).sort((a, b) => a.nav! - b.nav!);

/** A pattern's parameters in a path; undefined where it does not match. */
export function matched(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.replace(/(.)\/$/, '$1').split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const text = given[index]!;
    if (part.startsWith(':')) params[part.slice(1)] = decoded(text);
    else if (part !== text) return undefined;
  }
  return params;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray percent sign is itself
  }
}
