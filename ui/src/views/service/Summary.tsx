/* The figures of a service over the whole range, in one row. */
import type { ComponentChildren } from 'preact';
import { percent, rate } from '../../format';
import { Ago, Duration } from '../../parts/Figures';
import type { ServiceAnswer } from './ServicePage';

export function Summary({ answer }: { answer: ServiceAnswer }) {
  return (
    <dl class="service-figures" aria-label="Figures over the whole time">
      <Figure name={answer.judged_by === 'entry' ? 'Served' : 'Spans'}>{rate(answer.rate_per_s)}</Figure>
      <Figure name="Errors">
        <span class={answer.errors > 0 ? 'bad' : ''}>{percent(answer.error_ratio)}</span>
      </Figure>
      <Figure name="p50">
        <Duration ms={answer.p50_ms} />
      </Figure>
      <Figure name="p95">
        <Duration ms={answer.p95_ms} />
      </Figure>
      <Figure name="p99">
        <Duration ms={answer.p99_ms} />
      </Figure>
      {answer.last_seen && (
        <Figure name="Last span">
          <Ago ms={Date.parse(answer.last_seen)} />
        </Figure>
      )}
    </dl>
  );
}

function Figure({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="service-figure">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
