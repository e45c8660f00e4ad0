/* One board being looked at or changed: what the server has, what a person made of it, and keeping it. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { ApiError } from '../../api/client';
import { type Load, useLoad } from '../../state/load';
import { guardLeaving, hrefWith, navigate } from '../../state/url';
import { starterBoard } from '../dashboards/starters';
import { type Board, readBoard, saveBoard } from './board';

export interface Editing {
  load: Load<Board>;
  /** As shown: the changed one, or the server's. */
  board: Board | undefined;
  changed: boolean;
  saving: boolean;
  problem: ApiError | undefined;
  change: (next: Board) => void;
  discard: () => void;
  save: () => Promise<void>;
  /** After a conflict: keep mine over the saved one. */
  overwrite: () => Promise<void>;
  undo: (() => void) | undefined;
}

/** The board of an id; `new` and `starter-…` are boards that are not kept yet. */
export function useBoard(id: string): Editing {
  const made = useMemo(() => starterBoard(id), [id]);
  const load = useLoad<Board>(`board ${id}`, (signal) => (made ? Promise.resolve(made) : readBoard(id, signal)));
  const [steps, setSteps] = useState<Board[]>([]);
  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState<ApiError>();
  const mine = steps.at(-1);
  const board = mine ?? load.data;
  const changed = mine !== undefined && JSON.stringify(mine) !== JSON.stringify(load.data);

  useEffect(() => {
    setSteps([]);
    setProblem(undefined);
  }, [id]);
  useEffect(() => {
    if (!changed) return undefined;
    const free = guardLeaving(() => confirm('Changes of this dashboard are not saved. Leave it all the same?'));
    const unload = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', unload);
    return () => {
      free();
      removeEventListener('beforeunload', unload);
    };
  }, [changed]);

  const kept = async (wanted: Board) => {
    setSaving(true);
    setProblem(undefined);
    try {
      const saved = await saveBoard(wanted);
      setSteps([]);
      if (saved.id === id) load.reload();
      // The guard of unsaved changes is taken away when this has been drawn.
      else setTimeout(() => navigate(hrefWith(`/dashboard/${saved.id}`), { replace: true }));
    } catch (error) {
      setProblem(ApiError.from(error));
    } finally {
      setSaving(false);
    }
  };
  return {
    load,
    board,
    changed,
    saving,
    problem,
    change: (next) => setSteps((before) => [...before.slice(-50), next]),
    discard: () => {
      setSteps([]);
      setProblem(undefined);
      load.reload();
    },
    save: () => (board ? kept(board) : Promise.resolve()),
    overwrite: async () => {
      if (!board) return;
      const there = await readBoard(board.id).catch(() => undefined);
      await kept({ ...board, revision: there?.revision ?? '' });
    },
    undo: steps.length > 0 ? () => setSteps(steps.slice(0, -1)) : undefined,
  };
}
