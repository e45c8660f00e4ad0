/* Numbers, durations, sizes and instants as text; the same everywhere. */
export { duration } from './duration';
export { moment, MONTHS, offset, shortMoment, timeOfDay } from './moment';
export { bytes, count, digits, NOTHING, percent, rate } from './number';
export { axisValue, dimension, quantity, scaleOf, unitTitle } from './quantity';
export type { Dimension } from './quantity';
export { beginning, instants, known, offsetMs, zone } from './zone';
