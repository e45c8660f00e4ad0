/* Metrics over time. */
import type { Route } from '../../state/routes';

export const route: Route = {
  path: '/metrics',
  title: 'Metrics',
  nav: 50,
  icon: 'metrics',
  key: 'm',
  load: () => import('./MetricsPage').then((m) => m.MetricsPage),
};
