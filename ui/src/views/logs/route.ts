/* Log records: search, count, follow, and what they say. */
import type { Route } from '../../state/routes';

export const route: Route = {
  path: '/logs',
  title: 'Logs',
  nav: 40,
  icon: 'logs',
  key: 'l',
  load: () => import('./LogsPage').then((module) => module.LogsPage),
};
