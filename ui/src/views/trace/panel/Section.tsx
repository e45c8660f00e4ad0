/* A part of the side panel that can be folded; how it was left holds for the next span too. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

const closed = new Set<string>(['Scope', 'Resource']);

export function Section({ title, count, children }: { title: string; count?: number; children: ComponentChildren }) {
  const [open, setOpen] = useState(!closed.has(title));
  return (
    <details
      class="span-section"
      open={open}
      onToggle={(event) => {
        const now = event.currentTarget.open;
        if (now) closed.delete(title);
        else closed.add(title);
        setOpen(now);
      }}
    >
      <summary>
        <h3>{title}</h3>
        {count !== undefined && <span class="dim">{count}</span>}
      </summary>
      {children}
    </details>
  );
}
