/* Services: all of them as a map of who calls whom, or as a table. */
import type { Route } from '../../state/routes';

export const route: Route = {
  path: '/services',
  title: 'Services',
  nav: 20,
  icon: 'services',
  key: 's',
  load: () => import('./ServicesPage').then((m) => m.ServicesPage),
};
