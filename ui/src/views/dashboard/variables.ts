/* What is chosen above the panels, and how it gets into their questions: as values, never by pasting text into SQL. */

/** Chosen values by variable; an empty list means everything. */
export type Chosen = Record<string, readonly string[]>;

const NAMED = /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g;
const OPERATOR = /!=|!~|>=|<=|=~|=|>|</;

/** Several values in one text: separated by commas; a comma or backslash of a value has a backslash before it. */
export function packed(values: readonly string[]): string {
  return values.map((value) => value.replace(/[\\,]/g, '\\$&')).join(',');
}

/** The values of such a text. */
export function unpacked(text: string): string[] {
  if (text === '') return [];
  const values = [''];
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!;
    if (letter === '\\' && at + 1 < text.length) values[values.length - 1] += text[++at]!;
    else if (letter === ',') values.push('');
    else values[values.length - 1] += letter;
  }
  return values;
}

/** A text for people with `$name` replaced: titles and words. */
export function worded(text: string, chosen: Chosen): string {
  return text.replace(NAMED, (whole, braced: string | undefined, bare: string | undefined) => {
    const values = chosen[braced ?? bare ?? ''];
    return values === undefined ? whole : values.join(', ') || 'all';
  });
}

/** The values of a filter that is one variable alone; undefined where it is anything else. */
function alone(text: string, chosen: Chosen): readonly string[] | undefined {
  const match = /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))$/.exec(text.trim());
  return match ? chosen[match[1] ?? match[2] ?? ''] : undefined;
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** A pattern that matches any of some values whole. */
export function anyOf(values: readonly string[]): string {
  return `^(${values.map(escaped).join('|')})$`;
}

/** A value as the `where` grammar reads it back. */
function quoted(value: string): string {
  return value !== value.trim() || value.startsWith('"') || value === '' ? JSON.stringify(value) : value;
}

/**
 * A condition with its variables replaced; undefined where it holds for everything, because nothing is chosen.
 * Several values turn equality into a pattern.
 */
export function filled(condition: string, chosen: Chosen): string | undefined {
  const found = OPERATOR.exec(condition);
  if (!found) return condition;
  const key = condition.slice(0, found.index);
  const operator = found[0];
  const value = condition.slice(found.index + operator.length);
  const values = alone(value, chosen);
  if (values === undefined) return mixed(key + operator, value, operator, chosen);
  if (values.length === 0) return undefined;
  if (operator === '=' || operator === '!=')
    return values.length === 1
      ? `${key}${operator}${quoted(values[0]!)}`
      : `${key}${operator === '=' ? '=~' : '!~'}${anyOf(values)}`;
  if (operator === '=~' || operator === '!~') return `${key}${operator}${anyOf(values)}`;
  return `${key}${operator}${quoted(values[0]!)}`;
}

/** A value that holds more than a variable: what is chosen is put in as it is, in patterns as text to match. */
function mixed(before: string, value: string, operator: string, chosen: Chosen): string | undefined {
  let nothing = false;
  const isPattern = operator.endsWith('~');
  const text = value.replace(NAMED, (whole, braced: string | undefined, bare: string | undefined) => {
    const values = chosen[braced ?? bare ?? ''];
    if (values === undefined) return whole;
    if (values.length === 0) nothing = true;
    return isPattern ? `(${values.map(escaped).join('|')})` : (values[0] ?? '');
  });
  return nothing ? undefined : before + text;
}

/** Conditions for a panel's service and filters. */
export function conditions(
  service: string,
  where: readonly string[],
  chosen: Chosen,
): { service?: string; where: string[] } {
  const kept = where.flatMap((one) => filled(one, chosen) ?? []);
  const services = alone(service, chosen) ?? (service ? [service] : []);
  if (services.length === 1) return { service: services[0]!, where: kept };
  if (services.length === 0) return { where: kept };
  return { where: [...kept, `resource.service.name=~${anyOf(services)}`] };
}

/** A field of its own (operation, text, severity): the first value of a variable, or what is written. */
export function plain(text: string, chosen: Chosen): string {
  const values = alone(text, chosen);
  if (values !== undefined) return values[0] ?? '';
  return text.replace(NAMED, (whole, braced: string | undefined, bare: string | undefined) => {
    const found = chosen[braced ?? bare ?? ''];
    return found === undefined ? whole : (found[0] ?? '');
  });
}

/** Values for the placeholders of a statement: `{name:Array(...)}` takes all that are chosen, any other type the first. */
export function parameters(statement: string, chosen: Chosen): Record<string, string | string[]> {
  const named: Record<string, string | string[]> = {};
  for (const [, name, type] of statement.matchAll(/\{([A-Za-z_]\w*):([A-Za-z0-9()]+)\}/g)) {
    const values = chosen[name!];
    if (values !== undefined) named[name!] = type!.startsWith('Array') ? [...values] : (values[0] ?? '');
  }
  return named;
}
