/* A save that was refused: why, and what can be done; nothing is lost meanwhile. */
import { Button } from '../../parts/Button';
import { exportBoard } from './board';
import type { Editing } from './useBoard';

export function Refused({ editing }: { editing: Editing }) {
  const { problem, board } = editing;
  if (!problem || !board) return null;
  const isConflict = problem.status === 409;
  return (
    <div class="error-note" role="alert">
      <p class="error-what">{problem.message}</p>
      <p class="error-advice">{problem.advice}</p>
      <div class="board-choices">
        {isConflict ? (
          <>
            <Button onClick={editing.discard}>Show the saved one</Button>
            <Button onClick={() => void editing.overwrite()}>Keep mine over it</Button>
            <Button onClick={() => exportBoard(board)}>Export mine</Button>
          </>
        ) : (
          <Button onClick={() => void editing.save()}>Try again</Button>
        )}
      </div>
    </div>
  );
}
