/* A value of telemetry: as text, never as markup; long ones are cut until somebody asks for all. */
import { useState } from 'preact/hooks';
import type { Value } from '../../../api/outline';
import { bytes } from '../../../format';
import { SHORT, textOf, visible } from './text';

export function Shown({ value }: { value: Value }) {
  const [all, setAll] = useState(false);
  const text = textOf(value);
  const kind = typeof value === 'string' ? 'text' : value === null ? 'null' : typeof value;
  if (text === '') return <span class="dim">(empty)</span>;
  const cut = text.length > SHORT && !all;
  return (
    <span class={`value is-${kind}`}>
      <bdi>{visible(cut ? text.slice(0, SHORT) : text)}</bdi>
      {cut && (
        <button type="button" class="value-more" onClick={() => setAll(true)}>
          … show all ({bytes(text.length)})
        </button>
      )}
    </span>
  );
}
