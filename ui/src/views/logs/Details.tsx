/* Everything of one record: its whole body, attributes, resource, what stood around it, and the way to its trace. */
import { useState } from 'preact/hooks';
import { get } from '../../api/client';
import { moment } from '../../format';
import { Button } from '../../parts/Button';
import { CopyButton } from '../../parts/CopyButton';
import { Icon } from '../../parts/Icon';
import { Link } from '../../parts/Link';
import { ErrorNote } from '../../parts/Loaded';
import { useLoad } from '../../state/load';
import { hrefWith } from '../../state/url';
import { Attributes } from './Attributes';
import { Found } from './Body';
import { Context } from './Context';
import { type LogRecord, msOf } from './record';
import { bodyText, visible } from './text';

interface Props {
  record: LogRecord;
  words: readonly string[];
  zone: string;
  q: string;
  onClose: () => void;
}

export function Details({ record, words, zone, q, onClose }: Props) {
  const isCut = record.body_characters != null;
  const whole = useLoad(isCut ? record.id : '', (signal) =>
    get('/sonde/logs/context', { id: record.id, before: 0, after: 0 }, signal),
  );
  const shown = (isCut && whole.data?.line) || record;
  const [around, setAround] = useState(false);
  const trace = record.trace_id && hrefWith(`/trace/${record.trace_id}`, { span: record.span_id || null });
  return (
    <div class="logs-details">
      <div class="logs-details-head">
        <time class="mono" dateTime={record.time}>
          {moment(msOf(record.time_ns), zone)}
          <span class="dim">{record.time.slice(-7, -1)}</span>
        </time>
        {trace && (
          <Link href={trace} class="button">
            <Icon name="traces" /> Open trace
          </Link>
        )}
        <Button icon="logs" pressed={around} onClick={() => setAround(!around)}>
          Lines around it
        </Button>
        <CopyButton text={() => bodyText(shown.body)} label="Copy body">
          Body
        </CopyButton>
        <CopyButton text={() => JSON.stringify(shown, null, 2)} label="Copy record as JSON">
          JSON
        </CopyButton>
        <span class="logs-details-end">
          <Button kind="quiet" icon="close" label="Close details" onClick={onClose} />
        </span>
      </div>
      {whole.error && <ErrorNote error={whole.error} retry={whole.reload} />}
      {around ? <Context record={record} words={words} zone={zone} /> : <Whole record={shown} words={words} />}
      <Attributes
        title="Attributes"
        level="record"
        values={record.attributes}
        q={q}
        dropped={record.dropped_attributes}
      />
      <Attributes title="Resource" level="resource" values={record.resource} q={q} dropped={0} />
      <Facts record={record} />
      <details class="logs-raw">
        <summary>Raw JSON</summary>
        <pre tabIndex={0}>{visible(JSON.stringify(record, null, 2))}</pre>
      </details>
    </div>
  );
}

const SHOWN_CHARACTERS = 100_000;

/** The body; text as it is, anything else as JSON over several lines. */
function Whole({ record, words }: { record: LogRecord; words: readonly string[] }) {
  const [all, setAll] = useState(false);
  const text =
    typeof record.body === 'string' ? record.body : record.body == null ? '' : JSON.stringify(record.body, null, 2);
  const isLong = text.length > SHOWN_CHARACTERS;
  return (
    <>
      <pre class="logs-whole" tabIndex={0} aria-label="Body">
        <Found text={visible(all ? text : text.slice(0, SHOWN_CHARACTERS))} words={words} />
      </pre>
      {isLong && !all && (
        <Button
          onClick={() => setAll(true)}
        >{`Show the other ${(text.length - SHOWN_CHARACTERS).toLocaleString('en')} characters`}</Button>
      )}
    </>
  );
}

/** What a record has besides: where it is not empty. */
function Facts({ record }: { record: LogRecord }) {
  const scope = [record.scope.name, record.scope.version].filter(Boolean).join(' ');
  const facts: [string, string][] = [
    ['Event', record.event_name],
    ['Severity', `${record.severity} (${record.severity_number})`],
    ['Scope', scope],
    ['Trace', record.trace_id],
    ['Span', record.span_id],
    ['Observed', record.observed_ns === '0' ? '' : moment(msOf(record.observed_ns))],
  ];
  return (
    <dl class="logs-facts">
      {facts
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="mono">
              <bdi>{visible(value)}</bdi>
            </dd>
          </div>
        ))}
    </dl>
  );
}
