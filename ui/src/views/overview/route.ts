/* The overview: what a person asks first. */
import type { Route } from '../../state/routes';

export const route: Route = {
  path: '/',
  title: 'Overview',
  nav: 10,
  icon: 'overview',
  key: 'o',
  load: () => import('./OverviewPage').then((m) => m.OverviewPage),
};
