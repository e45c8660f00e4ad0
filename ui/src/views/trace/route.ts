/* One trace: where every question ends. */
import type { Route } from '../../state/routes';

export const route: Route = {
  path: '/trace/:id',
  title: 'Trace',
  load: () => import('./TracePage').then((m) => m.TracePage),
};
