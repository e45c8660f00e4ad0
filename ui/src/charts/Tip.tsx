/* The small box beside the pointer: a head line, and a row for each value. */

export interface TipRow {
  label: string;
  value: string;
  colour?: string;
}

const MOST = 12;

/** `left` and `top` in pixels of the chart; the box goes to whichever side has room, and never catches the pointer. */
export function Tip(props: { left: number; top?: number; width: number; head?: string; rows: TipRow[] }) {
  const { left, top = 8, width, head, rows } = props;
  const place = left > width / 2 ? { right: `${String(width - left + 12)}px` } : { left: `${String(left + 12)}px` };
  return (
    <div class="chart-tip" style={{ ...place, top: `${String(top)}px` }} aria-hidden="true">
      {head && <div class="chart-tip-head">{head}</div>}
      {rows.slice(0, MOST).map((row, i) => (
        <div class="chart-tip-row" key={i}>
          {row.colour && <span class="chart-dot" style={{ background: row.colour }} />}
          <bdi>{row.label}</bdi>
          <b>{row.value}</b>
        </div>
      ))}
      {rows.length > MOST && <div class="chart-tip-head">and {rows.length - MOST} more</div>}
    </div>
  );
}
