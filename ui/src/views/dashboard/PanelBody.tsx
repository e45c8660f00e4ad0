/* An answer in the shape that its panel asks for. */
import { serviceColour, severityColour } from '../../charts/colours';
import { TimeChart } from '../../charts/TimeChart';
import { percent, quantity } from '../../format';
import { AnswerTable } from '../../parts/sql/AnswerTable';
import { zoomTo } from '../../state/range';
import type { BoardPanel } from './board';
import { LogLines, TraceLines, Words } from './Listed';
import type { Line, PanelData } from './panelData';
import { LineTable, Stats } from './Stats';
import type { Chosen } from './variables';

interface Props {
  panel: BoardPanel;
  data: PanelData;
  range: { startMs: number; endMs: number };
  height: number;
  chosen: Chosen;
}

const LEGEND = 26;

export function PanelBody({ panel, data, range, height, chosen }: Props) {
  switch (data.shape) {
    case 'words':
      return <Words text={panel.query.kind === 'text' ? panel.query.text : ''} chosen={chosen} />;
    case 'logs':
      return <LogLines logs={data.logs} />;
    case 'traces':
      return <TraceLines traces={data.traces} />;
    case 'rows':
      if (data.answer.rows.length === 0) return <Nothing />;
      if (panel.kind === 'stat') return <Stats answer={data.answer} format={formatOf(panel.unit)} />;
      return <AnswerTable columns={data.answer.columns} rows={data.answer.rows} height={height} />;
    case 'lines': {
      const unit = panel.unit || data.unit;
      if (data.lines.length === 0) return <Nothing />;
      if (panel.kind === 'stat') return <Stats lines={data.lines} format={formatOf(unit)} />;
      if (panel.kind === 'table') return <LineTable lines={data.lines} format={formatOf(unit)} height={height} />;
      return (
        <TimeChart
          series={data.lines.map((line, index) => coloured(panel, line, index))}
          startMs={range.startMs}
          endMs={range.endMs}
          height={height - (data.lines.length > 1 ? LEGEND : 4)}
          kind={panel.draw}
          {...(unit === 'ratio' ? { format: percent } : { unit })}
          sync="board"
          onBrush={zoomTo}
          legend={data.lines.length > 1}
          label={panel.title}
        />
      );
    }
  }
}

function Nothing() {
  return <p class="board-nothing dim">Nothing in this range.</p>;
}

/** Services and severities have one colour everywhere. */
function coloured(panel: BoardPanel, line: Line, index: number): Line {
  const { query } = panel;
  if (query.kind === 'logs') return { ...line, colour: severityColour(line.label) };
  const byService =
    (query.kind === 'traces' || query.kind === 'metric') &&
    query.group_by.length === 1 &&
    query.group_by[0] === 'service';
  return byService ? { ...line, colour: serviceColour(line.label) } : index === 0 ? { ...line } : line;
}

/** How values of a unit are written. */
export function formatOf(unit: string): (value: number | null) => string {
  if (unit === 'ratio') return (value) => (value === null ? '–' : percent(value));
  return (value) => quantity(value, unit);
}
