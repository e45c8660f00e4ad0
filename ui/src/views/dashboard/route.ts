/* One dashboard. */
import type { Route } from '../../state/routes';

export const route: Route = {
  path: '/dashboard/:id',
  title: 'Dashboard',
  load: () => import('./DashboardPage').then((m) => m.DashboardPage),
};
