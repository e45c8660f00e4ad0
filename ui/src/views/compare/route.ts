import type { Route } from '../../state/routes';

export const route: Route = {
  path: '/compare',
  title: 'Compare',
  load: () => import('./ComparePage').then((m) => m.ComparePage),
};
