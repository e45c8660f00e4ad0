/*
 * The language of the query bar. Terms are separated by spaces, and all must hold:
 *
 *   service:checkout  operation:"GET /cart"  kind:server  status:error     fields (`=` is as good as `:`)
 *   service!=checkout  service=~"^(a|b)$"                                    not this one; a regular expression
 *   duration>250ms  duration<=5s  trace.duration>2s                          the span's length; the whole trace's
 *   severity:warn  trace:ID  span:ID                                         of logs
 *   http.route=/cart  http.status_code>=500  key!=v  key=~re  key!~re        attributes, of any level
 *   resource.host.name=a  event.exception.type=E  "a key"="a value"          of one level; quoted
 *   has:user.id  -has:user.id                                                present, absent
 *   timeout  "card declined"  -health                                        text
 *   ~status:error                                                            switched off: kept, and not asked
 *
 * `key:value` is `key=value` where key is a plain key; `user:42` as text is written "user:42".
 * `parse` never fails: a term that cannot be understood has a `problem`. `parse(print(terms))` gives the same terms.
 */
export { FIELDS, fieldNamed, lengthNs } from './terms';
export type { Field, Op, Problem, Signal, Term } from './terms';
export { parse } from './scan';
export { attributeTerm, print, printed, term, withTerm } from './print';
export type { Written } from './print';
export { condition, problems, toLogParams, toMetricParams, toTraceParams } from './params';
export type { LogParams, MetricParams, TermProblem, TraceParams } from './params';
