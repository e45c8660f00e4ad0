/* Which columns the table has. */
import { Menu } from '../../parts/Menu';
import { COLUMNS } from './TraceTable';

export function ColumnChooser({ cols, onChange }: { cols: string; onChange: (cols: string) => void }) {
  const shown = cols.split(',');
  const turn = (id: string) => {
    const next = shown.includes(id) ? shown.filter((one) => one !== id) : [...shown, id];
    const ordered = COLUMNS.filter((one) => next.includes(one.id)).map((one) => one.id);
    if (ordered.length > 0) onChange(ordered.join(','));
  };
  return (
    <Menu
      label="Columns"
      icon="columns"
      text="Columns"
      actions={COLUMNS.map((one) => ({
        label: `${shown.includes(one.id) ? '✓' : '\u2003'} ${one.title}`,
        onPick: () => turn(one.id),
      }))}
    />
  );
}
