/* What of a service leads to its traces, logs, metrics and explanations. */
import { attributeTerm, term } from '../../parts/querybar/grammar';
import { hrefWith } from '../../state/url';

/** A part of the heatmap: moments in milliseconds since the epoch, durations in milliseconds. */
export interface Brushed {
  startMs: number;
  endMs: number;
  lowMs: number;
  highMs: number;
}

export const tracesHref = (service: string, ...more: string[]) =>
  hrefWith('/traces', { q: [term('service', '=', service), ...more].join(' ') });

export const logsHref = (service: string) => hrefWith('/logs', { q: term('service', '=', service) });

/** The catalogue of metrics by service, where this one is a heading. */
export const metricsHref = () => hrefWith('/metrics', { group: 'service' });

export const mapHref = (service: string) => hrefWith('/services', { focus: `service:${service}` });

export const explainFailuresHref = (service: string) =>
  hrefWith('/explain', { q: [term('service', '=', service), term('status', '=', 'error')].join(' ') });

/** The spans of a service within a brushed part. */
export function brushedQuery(service: string, brushed: Brushed): string {
  return [
    term('service', '=', service),
    term('duration', '>=', length(brushed.lowMs)),
    term('duration', '<', length(brushed.highMs)),
  ].join(' ');
}

/** Traces of just that time. */
export function brushedTracesHref(service: string, brushed: Brushed): string {
  return hrefWith('/traces', {
    q: brushedQuery(service, brushed),
    from: Math.floor(brushed.startMs),
    to: Math.ceil(brushed.endMs),
  });
}

/** That part beside the rest of the shown time. */
export function brushedExplainHref(service: string, brushed: Brushed): string {
  return hrefWith('/explain', {
    q: brushedQuery(service, brushed),
    sel: `${String(Math.floor(brushed.startMs))},${String(Math.ceil(brushed.endMs))}`,
  });
}

/** The condition for one instance: by the attribute that named it. */
export function instanceTerm(part: { name: string; host: string; pod: string }): string {
  const key = part.name === part.pod ? 'k8s.pod.name' : part.name === part.host ? 'host.name' : 'service.instance.id';
  return attributeTerm(key, '=', part.name, 'resource');
}

export const versionTerm = (version: string) =>
  version
    ? attributeTerm('service.version', '=', version, 'resource')
    : attributeTerm('service.version', 'lacks', '', 'resource');

/** A length as the query bar reads it, three digits of it. */
export function length(ms: number): string {
  if (!(ms > 0)) return '0ns';
  const [size, unit] = ms >= 1000 ? [1000, 's'] : ms >= 1 ? [1, 'ms'] : ms >= 1e-3 ? [1e-3, 'us'] : [1e-6, 'ns'];
  const digits = Number((ms / size).toPrecision(3));
  return `${digits < 1e6 ? String(digits) : digits.toFixed(0)}${unit}`;
}
