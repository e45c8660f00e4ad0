/* Copies a text, and says that it did. */
import { useState } from 'preact/hooks';
import { Button } from './Button';

export function CopyButton({
  text,
  label = 'Copy',
  children,
}: {
  text: string | (() => string);
  label?: string;
  children?: string;
}) {
  const [done, setDone] = useState<'yes' | 'no' | ''>('');
  const copy = async () => {
    setDone((await copied(typeof text === 'function' ? text() : text)) ? 'yes' : 'no');
    setTimeout(() => setDone(''), 1500);
  };
  const said = done === 'yes' ? 'Copied' : done === 'no' ? 'Not allowed by the browser' : label;
  return (
    <Button kind="quiet" icon={done === 'yes' ? 'check' : 'copy'} label={said} onClick={() => void copy()} class="copy">
      {children && (done === 'yes' ? 'Copied' : children)}
    </Button>
  );
}

/** Put a text into the clipboard; whether that worked. Over plain HTTP from another machine browsers know only the old way. */
export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    field.className = 'visually-hidden';
    document.body.append(field);
    field.select();
    const worked = document.execCommand('copy');
    field.remove();
    return worked;
  }
}
