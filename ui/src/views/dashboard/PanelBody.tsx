/* An answer in the shape that its panel asks for. */
import { useMemo } from 'preact/hooks';
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

type Lines = Extract<PanelData, { shape: 'lines' }>;

const LEGEND = 30;
const LEGEND_OF_TWO_LINES = 48;
const NARROW = 330;

/** Room for a legend: a line where its names fit into a narrow panel, else two; more of them scroll. */
function legendRoom(lines: readonly Line[]): number {
  if (lines.length < 2) return 4;
  const wide = lines.reduce((sum, line) => sum + 34 + Math.min(46, line.label.length) * 6.5, 0);
  return wide > NARROW ? LEGEND_OF_TWO_LINES : LEGEND;
}

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
      if (data.lines.length === 0) return <Nothing text={data.missing} />;
      if (panel.kind === 'stat') return <Stats lines={data.lines} format={formatOf(unit)} />;
      if (panel.kind === 'table') return <LineTable lines={data.lines} format={formatOf(unit)} height={height} />;
      return <Chart panel={panel} data={data} unit={unit} range={range} height={height} />;
    }
  }
}

interface ChartProps {
  panel: BoardPanel;
  data: Lines;
  unit: string;
  range: { startMs: number; endMs: number };
  height: number;
}

/** The same lines are the same array, so that arranging panels does not draw their charts anew. */
function Chart({ panel, data, unit, range, height }: ChartProps) {
  const series = useMemo(() => coloured(data), [data]);
  const isMany = series.length > 1;
  return (
    <TimeChart
      series={series}
      startMs={range.startMs}
      endMs={range.endMs}
      height={height - legendRoom(series)}
      kind={panel.draw}
      {...(unit === 'ratio' ? { format: percent } : { unit })}
      sync="board"
      onBrush={zoomTo}
      legend={isMany}
      label={panel.title}
    />
  );
}

function Nothing({ text = 'Nothing in this range.' }: { text?: string | undefined }) {
  return <p class="board-nothing dim">{text}</p>;
}

/** Services and severities have one colour everywhere. */
function coloured({ lines, by }: Lines): Line[] {
  if (!by) return lines;
  const colour = by === 'service' ? serviceColour : severityColour;
  return lines.map((line) => ({ ...line, colour: colour(line.label) }));
}

/** How values of a unit are written. */
export function formatOf(unit: string): (value: number | null) => string {
  if (unit === 'ratio') return (value) => (value === null ? '–' : percent(value));
  return (value) => quantity(value, unit);
}
