/* Ask: SQL over everything that is stored. */
import type { Route } from '../../state/routes';

export const route: Route = {
  path: '/ask',
  title: 'Ask',
  nav: 80,
  icon: 'ask',
  key: 'a',
  load: () => import('./AskPage').then((m) => m.AskPage),
};
