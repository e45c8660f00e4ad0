import type { Route } from '../../state/routes';

/** Jaeger's address of a search, so that links made for its pages lead to the same traces here. */
export const route: Route = {
  path: '/search',
  title: 'Traces',
  load: () => import('./SearchPage').then((module) => module.SearchPage),
};
