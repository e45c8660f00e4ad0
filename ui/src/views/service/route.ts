/* One service; reached from the map, tables, the palette, and wherever a service is named. */
import type { Route } from '../../state/routes';

export const route: Route = {
  path: '/service/:name',
  title: 'Service',
  load: () => import('./ServicePage').then((m) => m.ServicePage),
};
