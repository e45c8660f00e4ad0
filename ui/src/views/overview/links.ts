/* Where the overview's rows lead: queries that show just what the row tells of. */
import { attributeTerm, term } from '../../parts/querybar/grammar';
import { hrefWith } from '../../state/url';
import type { Deployment, ErrorGroup, Growing, Reason } from './types';

/** A service's page; of a burst, the time around it. */
export function serviceHref(service: string, reason?: Reason, stepS = 0): string {
  const path = `/service/${encodeURIComponent(service)}`;
  return reason?.t == null ? hrefWith(path) : hrefWith(path, around(reason.t, stepS));
}

/** Three steps before a step and as many after it, but half a minute at least. */
export function around(t: number, stepS: number): { from: string; to: string } {
  const wide = Math.max(3 * stepS, 30);
  return { from: String(Math.floor((t - wide) * 1000)), to: String(Math.ceil((t + stepS + wide) * 1000)) };
}

/** One example of an error: its newest trace with the span that failed, or the log lines. */
export function exampleHref(group: ErrorGroup): string {
  return group.trace_id
    ? hrefWith(`/trace/${encodeURIComponent(group.trace_id)}`, { span: group.span_id })
    : allHref(group);
}

/** All errors of a group, as far as a query can tell them from others. */
export function allHref(group: ErrorGroup): string {
  const service = term('service', '=', group.service);
  if (group.source === 'log') {
    const terms = [service, term('severity', '=', 'error'), literal(group.template)].filter(Boolean);
    return hrefWith('/logs', { q: terms.join(' ') });
  }
  const terms = [service, term('operation', '=', group.operation), term('status', '=', 'error')];
  if (group.type) terms.push(attributeTerm('exception.type', '=', group.type, 'event'));
  return hrefWith('/traces', { q: terms.join(' ') });
}

/** The longest part of a template that does not vary, as a condition on text; empty where there is none. */
export function literal(template: string): string {
  if (template.startsWith('{')) return '';
  const parts = template.split('<*>').map((part) => part.trim());
  const longest = parts.reduce((one, other) => (other.length > one.length ? other : one), '');
  return longest.length < 3 ? '' : term('', '=', longest);
}

/**
 * What sets the failures of a new version apart: in its time and as long before it, so that others' failures do not mix in.
 * `untilS` is when the next deployment of the service came, or the end of the range.
 */
export function explainHref(deployment: Deployment, untilS: number): string {
  const q = [term('service', '=', deployment.service), term('status', '=', 'error')].join(' ');
  const from = Math.floor((2 * deployment.t - untilS) * 1000);
  return hrefWith('/explain', { q, from: String(from), to: String(Math.ceil(untilS * 1000)) });
}

/** When a deployment's time was over, in seconds since the epoch: at the next one of its service, or with the range. */
export function untilS(deployment: Deployment, all: readonly Deployment[], endS: number): number {
  const later = all.filter((one) => one.service === deployment.service && one.t > deployment.t).map((one) => one.t);
  return Math.min(endS, ...later);
}

/** Traces of the new version; its failures where it has some. */
export function versionHref(deployment: Deployment): string {
  const terms = [
    term('service', '=', deployment.service),
    attributeTerm('service.version', '=', deployment.to_version, 'resource'),
  ];
  if (deployment.after.errors > 0) terms.push(term('status', '=', 'error'));
  return hrefWith('/traces', { q: terms.join(' ') });
}

/** The metric that grows, of its service. */
export function metricHref(growing: Growing): string {
  return hrefWith('/metrics', { A: `${growing.metric} where ${term('service', '=', growing.service)}` });
}
