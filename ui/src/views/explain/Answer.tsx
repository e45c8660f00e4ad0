/* What sets the selection apart: a card for each attribute, the most telling first, causes before outcomes. */
import { useState } from 'preact/hooks';
import { Distribution } from '../../charts/Distribution';
import { count, percent } from '../../format';
import { Button } from '../../parts/Button';
import { Icon } from '../../parts/Icon';
import { Link } from '../../parts/Link';
import { Empty } from '../../parts/Loaded';
import { Panel } from '../../parts/Page';
import { hrefWith, navigate } from '../../state/url';
import type { Explanation, SignalName } from './ExplainPage';
import { narrowed } from './narrow';
import type { Brush, Unit } from './split';

const FIRST = 6;

interface Props {
  answer: Explanation;
  signal: SignalName;
  unit: Unit;
  q: string;
  brush: Brush | undefined;
}

type Key = Explanation['keys'][number];

export function Answer(props: Props) {
  const { answer } = props;
  const causes = answer.keys.filter((key) => !key.is_outcome);
  const outcomes = answer.keys.filter((key) => key.is_outcome);
  return (
    <div class="explain-answer">
      <Summary {...props} />
      {causes.length > 0 ? (
        <Cards keys={causes} {...props} />
      ) : (
        <Panel>
          <Empty title="No attribute sets them apart.">
            {answer.selected === 0
              ? 'Nothing in the range meets the selection. Take a term away, or select another part.'
              : 'The selected carry the same attributes as the rest, as far as chance lets one say. Select fewer, or more telling ones.'}
          </Empty>
        </Panel>
      )}
      {outcomes.length > 0 && (
        <section class="explain-outcomes">
          <h2>How they ended</h2>
          <Cards keys={outcomes} {...props} />
        </section>
      )}
      <Footnote answer={answer} />
    </div>
  );
}

/** A key without the level that most have. */
const shortened = (key: string) => key.replace(/^(span|log)\./, '');

function Summary({ answer, signal, unit, q, brush }: Props) {
  const what = unit === 'traces' ? 'traces' : signal === 'logs' ? 'records' : 'spans';
  const within = brush ? { from: String(Math.floor(brush.startMs)), to: String(Math.ceil(brush.endMs)) } : {};
  const first = answer.keys.find((key) => !key.is_outcome);
  return (
    <p class="explain-summary">
      <span class="explain-selected">{count(answer.selected)}</span> selected {what} beside{' '}
      <span class="explain-rest">{count(answer.rest)}</span> others.
      {first && (
        <>
          {' '}
          The clearest difference:{' '}
          <b class="mono">
            <bdi title={first.key}>{shortened(first.key)}</bdi>
          </b>
          .
        </>
      )}{' '}
      <Link href={hrefWith(signal === 'logs' ? '/logs' : '/traces', { q, ...within })}>Show the selected</Link>
    </p>
  );
}

function Cards({ keys, ...props }: Props & { keys: Key[] }) {
  return (
    <ul class="explain-cards">
      {keys.map((key) => (
        <li key={key.key}>
          <Card shown={key} {...props} />
        </li>
      ))}
    </ul>
  );
}

function Card({ shown, signal, q, brush }: Props & { shown: Key }) {
  const [whole, setWhole] = useState(false);
  const values = whole ? shown.values : shown.values.slice(0, shown.is_number ? 10 : FIRST);
  const more = shown.values.length - values.length;
  const pick = (label: string) => {
    const value = shown.values.find((one) => one.value === label);
    if (!value) return;
    const within = brush ? { from: String(Math.floor(brush.startMs)), to: String(Math.ceil(brush.endMs)) } : {};
    navigate(hrefWith(signal === 'logs' ? '/logs' : '/traces', { q: narrowed(q, shown.key, value), ...within }));
  };
  return (
    <Panel
      class="explain-card"
      title={
        <bdi class="mono" title={shown.key}>
          {shortened(shown.key)}
        </bdi>
      }
      actions={<Score score={shown.score} />}
    >
      <Distribution
        rows={values.map((one) => ({ label: one.value, a: one.selected_share, b: one.rest_share }))}
        aLabel="Selected"
        bLabel="Rest"
        onPick={pick}
      />
      <p class="explain-note note">
        {shown.selected_coverage < 0.995 || shown.rest_coverage < 0.995
          ? `carried by ${percent(shown.selected_coverage)} of the selected, ${percent(shown.rest_coverage)} of the rest`
          : 'carried by all'}
        {more > 0 && (
          <Button kind="quiet" onClick={() => setWhole(true)}>
            {more} more
          </Button>
        )}
      </p>
    </Panel>
  );
}

/** How telling a key is: five steps, and the number for those who want it. */
function Score({ score }: { score: number }) {
  const steps = Math.max(1, Math.ceil(score * 5));
  return (
    <span
      class="explain-score"
      role="img"
      aria-label={`differs by at least ${percent(score)}`}
      title={`differs by at least ${percent(score)}, whatever chance did`}
    >
      {[1, 2, 3, 4, 5].map((step) => (
        <span key={step} class={step <= steps ? 'is-on' : ''} />
      ))}
    </span>
  );
}

function Footnote({ answer }: { answer: Explanation }) {
  return (
    <p class="note">
      <Icon name="info" size={12} /> {answer.alike} attributes are alike in both.
      {answer.left_out.length > 0 && (
        <>
          {' '}
          Left out, because nearly every record has a value of its own:{' '}
          <bdi class="mono">{answer.left_out.slice(0, 12).join(', ')}</bdi>
          {answer.left_out.length > 12 ? ' …' : '.'}
        </>
      )}
      {answer.sample > 1 && ` One in ${count(answer.sample)} traces was looked at.`}
    </p>
  );
}
