import type { Route } from '../../state/routes';

export const route: Route = {
  path: '/traces',
  title: 'Traces',
  nav: 30,
  icon: 'traces',
  key: 't',
  load: () => import('./TracesPage').then((m) => m.TracesPage),
};
