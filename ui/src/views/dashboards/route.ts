/* The dashboards there are. */
import type { Route } from '../../state/routes';

export const route: Route = {
  path: '/dashboards',
  title: 'Dashboards',
  nav: 70,
  icon: 'dashboards',
  key: 'd',
  load: () => import('./DashboardsPage').then((m) => m.DashboardsPage),
};
