/* What lies over the page: a dialog in its middle, a drawer at its side. Both are the browser's own <dialog>. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useKeys } from '../keys/keys';
import { Button } from './Button';

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  class?: string;
  actions?: ComponentChildren;
}

/** Takes the focus, gives it back, closes with Escape or a click beside it. */
export function Dialog({ title, onClose, children, class: extra, actions }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    box.current?.showModal();
    return () => before?.focus?.();
  }, []);
  return (
    <dialog
      ref={box}
      class={`dialog ${extra ?? ''}`}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === box.current) onClose();
      }}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2>{title}</h2>
          {actions}
          <Button kind="quiet" icon="close" label="Close" onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  );
}

/** A panel at the side; the page beside it stays in use. On a narrow screen it covers the page. */
export function Drawer({ title, onClose, children, class: extra, actions }: Props) {
  useKeys(title, [{ keys: 'Escape', does: `Close ${title.toLowerCase()}`, run: onClose }]);
  return (
    <aside class={`drawer ${extra ?? ''}`} aria-label={title}>
      <header class="drawer-head">
        <h2>{title}</h2>
        {actions}
        <Button kind="quiet" icon="close" label="Close" onClick={onClose} />
      </header>
      <div class="drawer-body">{children}</div>
    </aside>
  );
}
