/* One record as a line: how bad, when, who, what; opened, everything that it carries stands below. */
import { severityColour } from '../../charts/colours';
import { Icon } from '../../parts/Icon';
import { ServiceName } from '../../parts/Figures';
import { Found } from './Body';
import { Details } from './Details';
import { cell, type LogRecord, severityOf, timeText } from './record';
import { bodyText, folded, visible } from './text';

interface Props {
  record: LogRecord;
  columns: readonly string[];
  words: readonly string[];
  wrap: boolean;
  zone: string;
  isOpen: boolean;
  isCursor: boolean;
  q: string;
  onToggle: () => void;
}

const WRAPPED_LINES = 8;
const WRAPPED_CHARACTERS = 2000;
const CELL_CHARACTERS = 120;

export function LogRow({ record, columns, words, wrap, zone, isOpen, isCursor, q, onToggle }: Props) {
  const severity = severityOf(record);
  const body = bodyText(record.body);
  const fold = wrap ? folded(body, WRAPPED_LINES, WRAPPED_CHARACTERS) : folded(body);
  const clicked = (event: MouseEvent) => {
    // Selecting text is not opening.
    if ((event.target as HTMLElement).closest('a, button') || getSelection()?.toString()) return;
    onToggle();
  };
  const classes = [
    'logs-row',
    wrap && 'is-wrapped',
    isOpen && 'is-open',
    isCursor && 'is-cursor',
    `is-${severity.toLowerCase()}`,
  ];
  return (
    <div class={classes.filter(Boolean).join(' ')}>
      <div class="logs-line" onClick={clicked}>
        <button
          type="button"
          class="logs-open"
          aria-expanded={isOpen}
          aria-label={isOpen ? 'Hide details' : 'Show details'}
          onClick={onToggle}
        >
          <span class="logs-mark" style={{ background: severityColour(severity) }} aria-hidden="true" />
          <Icon name={isOpen ? 'down' : 'right'} size={10} />
        </button>
        <time class="logs-time" dateTime={record.time}>
          {timeText(record, zone)}
        </time>
        <span class="logs-severity" title={record.severity || 'no severity'}>
          {severity === 'UNSPECIFIED' ? '–' : severity}
        </span>
        <span class="logs-service clip">
          <ServiceName name={record.service} />
        </span>
        {columns.map((column) => (
          <span key={column} class="logs-cell clip" title={`${column}: ${cell(record, column).slice(0, 500)}`}>
            <bdi>{visible(cell(record, column).slice(0, CELL_CHARACTERS)) || '–'}</bdi>
          </span>
        ))}
        <span class="logs-body">
          <Found text={fold.text || (record.event_name ? visible(record.event_name) : '(empty)')} words={words} />
          {fold.cut && <span class="dim"> …</span>}
          {fold.lines > 0 && <span class="logs-fold">+{fold.lines} lines</span>}
        </span>
      </div>
      {isOpen && <Details record={record} words={words} zone={zone} q={q} onClose={onToggle} />}
    </div>
  );
}
