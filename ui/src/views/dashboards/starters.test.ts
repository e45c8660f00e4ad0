/* A starter that the server refuses is a bad beginning: their places and names are held here. */
import { expect, it } from 'vitest';
import { settled } from '../dashboard/layout';
import { SHOWN_AS } from '../dashboard/board';
import { STARTERS, starterBoard } from './starters';

it.each(STARTERS.map((one) => [one.id, one.make()] as const))('%s is whole', (id, board) => {
  expect(starterBoard(id)).toEqual(board);
  expect(settled(board.panels)).toEqual(board.panels);
  expect(new Set(board.panels.map((panel) => panel.id)).size).toBe(board.panels.length);
  for (const panel of board.panels) expect(SHOWN_AS[panel.query.kind]).toContain(panel.kind);
  expect([board.id, board.revision]).toEqual(['', '']);
});

it('knows what is not kept', () => {
  expect(starterBoard('new')?.panels).toEqual([]);
  expect(starterBoard('checkout')).toBeUndefined();
});
