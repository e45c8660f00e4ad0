/* Buttons, groups of choices, tabs and chips. */
import type { ComponentChildren, TargetedKeyboardEvent, TargetedMouseEvent } from 'preact';
import { Icon, type IconName } from './Icon';

interface ButtonProps {
  children?: ComponentChildren;
  icon?: IconName;
  /** The name, where there is no text. */
  label?: string;
  onClick?: (event: TargetedMouseEvent<HTMLButtonElement>) => void;
  kind?: 'plain' | 'primary' | 'quiet' | 'danger';
  pressed?: boolean;
  expanded?: boolean;
  disabled?: boolean;
  title?: string;
  class?: string;
  type?: 'button' | 'submit';
}

export function Button({
  children,
  icon,
  label,
  kind = 'plain',
  pressed,
  expanded,
  class: extra,
  type = 'button',
  title,
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type}
      class={`button button-${kind} ${children ? '' : 'button-icon'} ${extra ?? ''}`}
      aria-label={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      title={title ?? (children ? undefined : label)}
      {...rest}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export interface Choice<V extends string = string> {
  value: V;
  label: ComponentChildren;
  title?: string;
}

/** A few choices of which one holds. */
export function Segmented<V extends string>({
  value,
  options,
  onChange,
  label,
}: {
  value: V;
  options: readonly Choice<V>[];
  onChange: (value: V) => void;
  label: string;
}) {
  return (
    <div class="segmented" role="group" aria-label={label}>
      {options.map((one) => (
        <button
          type="button"
          key={one.value}
          aria-pressed={one.value === value}
          title={one.title}
          onClick={() => onChange(one.value)}
        >
          {one.label}
        </button>
      ))}
    </div>
  );
}

/** Many choices of which one holds. */
export function Select<V extends string>({
  value,
  options,
  onChange,
  label,
  showLabel,
}: {
  value: V;
  options: readonly { value: V; label: string; disabled?: boolean }[];
  onChange: (value: V) => void;
  label: string;
  showLabel?: boolean;
}) {
  const select = (
    <select
      class="select"
      aria-label={showLabel ? undefined : label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value as V)}
    >
      {options.map((one) => (
        <option key={one.value} value={one.value} disabled={one.disabled}>
          {one.label}
        </option>
      ))}
    </select>
  );
  if (!showLabel) return select;
  return (
    <label class="labelled">
      <span>{label}</span>
      {select}
    </label>
  );
}

/** Faces of one thing. Arrow keys move between them, as the ARIA pattern for tabs asks. */
export function Tabs<V extends string>({
  value,
  tabs,
  onChange,
  label,
}: {
  value: V;
  tabs: readonly { value: V; label: ComponentChildren }[];
  onChange: (value: V) => void;
  label: string;
}) {
  const move = (event: TargetedKeyboardEvent<HTMLDivElement>) => {
    const by = ({ ArrowRight: 1, ArrowLeft: -1 } as Record<string, number>)[event.key];
    if (!by) return;
    event.preventDefault();
    const index = tabs.findIndex((tab) => tab.value === value);
    const next = (index + by + tabs.length) % tabs.length;
    onChange(tabs[next]!.value);
    (event.currentTarget.children[next] as HTMLElement).focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map((tab) => (
        <button
          type="button"
          role="tab"
          key={tab.value}
          aria-selected={tab.value === value}
          tabIndex={tab.value === value ? 0 : -1}
          onClick={() => onChange(tab.value)}
        >
          {tab.label}
        </button>
      ))}
    </div>
  );
}

/** A small fact, perhaps with what takes it away. */
export function Chip({
  children,
  onRemove,
  tone,
  title,
}: {
  children: ComponentChildren;
  onRemove?: () => void;
  tone?: 'bad' | 'warn' | 'good' | 'accent';
  title?: string;
}) {
  return (
    <span class={`chip ${tone ? `chip-${tone}` : ''}`} title={title}>
      {children}
      {onRemove && (
        <button type="button" class="chip-remove" aria-label="Remove" onClick={onRemove}>
          <Icon name="close" size={10} />
        </button>
      )}
    </span>
  );
}
