import type { Route } from '../../state/routes';

export const route: Route = {
  path: '/explain',
  title: 'Explain',
  nav: 60,
  icon: 'explain',
  key: 'e',
  load: () => import('./ExplainPage').then((module) => module.ExplainPage),
};
