/* What stands where an answer is awaited, failed, or empty. */
import type { ComponentChildren } from 'preact';
import type { ApiError } from '../api/client';
import type { Load } from '../state/load';
import { Button } from './Button';
import { CopyButton } from './CopyButton';

/** A quiet block of the size that the content will have. */
export function Skeleton({ height }: { height: number | string }) {
  return (
    <div class="skeleton" style={{ height: typeof height === 'number' ? `${height}px` : height }} aria-hidden="true" />
  );
}

/** What happened, and how to mend it. */
export function ErrorNote({ error, retry }: { error: ApiError; retry?: () => void }) {
  return (
    <div class="error-note" role="alert">
      <p class="error-what">{error.message}</p>
      {error.advice && <p class="error-advice">{error.advice}</p>}
      {retry && <Button onClick={retry}>Try again</Button>}
    </div>
  );
}

/** Nothing here: what would be, and how to get it. `lines` are shown as code that can be copied. */
export function Empty({ title, children, lines }: { title: string; children?: ComponentChildren; lines?: string }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children && <div class="empty-text">{children}</div>}
      {lines && <Code text={lines} />}
    </div>
  );
}

/** Lines to copy. */
export function Code({ text }: { text: string }) {
  return (
    <div class="code">
      <pre tabIndex={0}>{text}</pre>
      <CopyButton text={text} />
    </div>
  );
}

interface LoadedProps<T> {
  state: Load<T>;
  /** Stands in its place until the first answer: give it the final height. */
  skeleton: ComponentChildren;
  /** Whether an answer has nothing to show, and what to show then. */
  isEmpty?: (data: T) => boolean;
  empty?: ComponentChildren;
  children: (data: T) => ComponentChildren;
}

/** An answer in each of its states. An error beside an older answer is shown above it. */
export function Loaded<T>({ state, skeleton, isEmpty, empty, children }: LoadedProps<T>) {
  const { data, error, loading, reload } = state;
  if (data === undefined) {
    if (error) return <ErrorNote error={error} retry={reload} />;
    return (
      <div aria-busy="true" role="status" aria-label="Loading">
        {skeleton}
      </div>
    );
  }
  return (
    <div class={loading ? 'is-stale' : ''} aria-busy={loading}>
      {error && <ErrorNote error={error} retry={reload} />}
      {isEmpty?.(data) ? empty : children(data)}
    </div>
  );
}
