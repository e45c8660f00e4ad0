/* Conditions that are not in the query bar, because they were chosen by a click: a pattern, patterns left out, an event. */
import { Chip } from '../../parts/Button';
import { setParams } from '../../state/url';
import type { Asked } from './asked';
import { visible } from './text';

const SHOWN_CHARACTERS = 80;

export function Narrowing({ asked }: { asked: Asked }) {
  if (!asked.pattern && !asked.event && asked.without.length === 0) return null;
  const without = (pattern: string) => asked.without.filter((one) => one !== pattern).join('\n') || null;
  return (
    <div class="logs-narrowing" role="group" aria-label="Chosen patterns">
      {asked.pattern && (
        <Chip tone="accent" title={visible(asked.pattern)} onRemove={() => setParams({ pattern: null })}>
          Pattern: <code>{short(asked.pattern)}</code>
        </Chip>
      )}
      {asked.event && (
        <Chip tone="accent" onRemove={() => setParams({ event: null })}>
          Event: <code>{short(asked.event)}</code>
        </Chip>
      )}
      {asked.without.map((pattern) => (
        <Chip key={pattern} title={visible(pattern)} onRemove={() => setParams({ without: without(pattern) })}>
          Without: <code>{short(pattern)}</code>
        </Chip>
      ))}
    </div>
  );
}

const short = (text: string) =>
  text.length > SHOWN_CHARACTERS ? `${visible(text.slice(0, SHOWN_CHARACTERS))}…` : visible(text);
