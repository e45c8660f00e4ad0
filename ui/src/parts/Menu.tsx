/* A button that opens a list of actions. Arrow keys move, Escape closes, as the ARIA pattern for menus asks. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from './Button';
import type { IconName } from './Icon';

export interface Action {
  label: ComponentChildren;
  onPick: () => void;
  disabled?: boolean;
}

export function Menu({
  label,
  icon = 'more',
  text,
  actions,
  class: extra,
}: {
  label: string;
  icon?: IconName;
  text?: string;
  actions: readonly Action[];
  class?: string;
}) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const items = () => [...(root.current?.querySelectorAll<HTMLElement>('[role=menuitem]:not(:disabled)') ?? [])];

  useEffect(() => {
    if (!open) return undefined;
    items()[0]?.focus();
    const outside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    addEventListener('pointerdown', outside);
    return () => removeEventListener('pointerdown', outside);
  }, [open]);

  const close = () => {
    setOpen(false);
    root.current?.querySelector<HTMLElement>('button')?.focus();
  };
  const pressed = (event: KeyboardEvent) => {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) all.at(to % Math.max(1, all.length))?.focus();
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class={`menu ${extra ?? ''}`} ref={root} onKeyDown={open ? pressed : undefined}>
      <Button
        kind="quiet"
        icon={icon}
        label={text ? undefined : label}
        title={label}
        expanded={open}
        onClick={(event) => {
          event.stopPropagation();
          setOpen(!open);
        }}
      >
        {text}
      </Button>
      {open && (
        <div class="menu-list" role="menu" aria-label={label}>
          {actions.map((one, index) => (
            <button
              type="button"
              role="menuitem"
              key={index}
              disabled={one.disabled}
              onClick={(event) => {
                event.stopPropagation();
                close();
                one.onPick();
              }}
            >
              {one.label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
