/* From queries and answers to lines: metrics first, then formulas over them. */
import { unitTitle } from '../../format';
import type { Answered } from './answers';
import { calculated, lettersOf, problemOf, type Values } from './formula';
import { linesOf, type Drawn, type MetricLine } from './lines';
import type { MetricQuery } from './query';
import { unitOf } from './readings';

export interface Outcome {
  lines: MetricLine[];
  /** What is wrong, by letter. */
  problems: Map<string, string>;
  /** How many lines there were, by letter, where not all are drawn. */
  more: Map<string, number>;
}

/** All lines of the queries that are on. */
export function outcomeOf(queries: readonly MetricQuery[], answers: readonly Answered[]): Outcome {
  const values = new Map<string, readonly Values[]>();
  const units = new Map<string, string>();
  const drawn: Drawn[] = [];
  const problems = new Map<string, string>();
  const more = new Map<string, number>();
  for (const query of queries) {
    const answer = answers.find((one) => one.letter === query.letter);
    if (query.formula || query.off || !answer) continue;
    if (answer.error)
      problems.set(query.letter, [answer.error.message, answer.error.advice].filter(Boolean).join('. '));
    const { series } = answer;
    if (!series || series.name !== query.name) continue;
    const unit = unitOf(series.unit, series.kind, series.aggregation);
    values.set(query.letter, series.series);
    units.set(query.letter, unit);
    if (series.truncated) more.set(query.letter, series.groups);
    drawn.push({ letter: query.letter, title: `${series.aggregation} of ${query.name}`, unit, values: series.series });
  }
  for (const query of queries) {
    if (!query.formula || query.off) continue;
    const others = queries.filter((one) => !one.formula && one.name && !one.off).map((one) => one.letter);
    const problem = problemOf(query.formula, others);
    if (problem) problems.set(query.letter, problem);
    else
      drawn.push({
        letter: query.letter,
        title: query.formula,
        unit: formulaUnit(query.formula, units),
        values: calculated(query.formula, values),
      });
  }
  return { lines: linesOf(drawn), problems, more };
}

/** Sums and differences of one unit keep it; everything else is a plain number. */
export function formulaUnit(formula: string, units: ReadonlyMap<string, string>): string {
  const used = new Set(lettersOf(formula).map((letter) => units.get(letter) ?? ''));
  return used.size === 1 && !/[*/]/.test(formula) ? [...used][0]! : '';
}

/** A unit's name for people, also where its values say it themselves. */
export function unitName(unit: string): string {
  return unitTitle(unit) || unit || 'numbers';
}
