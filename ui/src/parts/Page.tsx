/* The frame of every view, and the panels within it. */
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';

/** A view: heading, its actions, its content. Sets the tab's title. */
export function Page({
  title,
  heading,
  actions,
  children,
  class: extra,
}: {
  title: string;
  heading?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
  class?: string;
}) {
  useEffect(() => {
    document.title = `${title} · Sonde`;
  }, [title]);
  return (
    <div class={`page ${extra ?? ''}`}>
      <header class="page-head">
        <h1>{heading ?? title}</h1>
        {actions && <div class="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A part of a view with a heading of its own. */
export function Panel({
  title,
  actions,
  children,
  class: extra,
  note,
}: {
  title?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
  class?: string;
  note?: ComponentChildren;
}) {
  return (
    <section class={`panel ${extra ?? ''}`}>
      {(title || actions) && (
        <header class="panel-head">
          {title && <h2>{title}</h2>}
          {note && <span class="note">{note}</span>}
          {actions && <div class="panel-actions">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}
