/* The stretch of time that a waterfall shows, in nanoseconds from the trace's start, and how it becomes pixels. */

/** A stretch of time: from (inclusive) to (exclusive). */
export interface Zoom {
  from: number;
  to: number;
}

/** The shortest stretch to look at. */
export const SHORTEST_NS = 20;

/** All of a trace; also one that took no time has a stretch. */
export function whole(durationNs: number): Zoom {
  return { from: 0, to: Math.max(durationNs, SHORTEST_NS) };
}

/** The stretch moved and shortened to lie within the trace, never shorter than SHORTEST_NS. */
export function within(zoom: Zoom, durationNs: number): Zoom {
  const all = whole(durationNs).to;
  const length = Math.min(all, Math.max(SHORTEST_NS, zoom.to - zoom.from));
  const from = Math.min(Math.max(0, zoom.from), all - length);
  return { from, to: from + length };
}

export const isWhole = (zoom: Zoom, durationNs: number): boolean => zoom.from <= 0 && zoom.to >= whole(durationNs).to;

/** Where a moment lies: 0 at the left edge, 1 at the right, beyond outside. */
export const share = (zoom: Zoom, ns: number): number => (ns - zoom.from) / (zoom.to - zoom.from);

/** The moment at a place between 0 and 1. */
export const momentAt = (zoom: Zoom, place: number): number => zoom.from + place * (zoom.to - zoom.from);

/** Shorter by `factor` (below 1 is longer) around the moment at `place`, which stays where it is. */
export function zoomed(zoom: Zoom, factor: number, place: number, durationNs: number): Zoom {
  const length = (zoom.to - zoom.from) / factor;
  const kept = momentAt(zoom, place);
  const from = kept - place * Math.max(SHORTEST_NS, length);
  return within({ from, to: from + Math.max(SHORTEST_NS, length) }, durationNs);
}

/** Moved by a share of its own length. */
export function panned(zoom: Zoom, by: number, durationNs: number): Zoom {
  const move = by * (zoom.to - zoom.from);
  return within({ from: zoom.from + move, to: zoom.to + move }, durationNs);
}

/** A span with a tenth of room at each side. */
export function around(startNs: number, lengthNs: number, durationNs: number): Zoom {
  const room = Math.max(SHORTEST_NS / 2, lengthNs / 10);
  return within({ from: startNs - room, to: startNs + lengthNs + room }, durationNs);
}

/** Where a bar begins and how long it is, as shares of the width; undefined where it is out of sight. */
export function bar(zoom: Zoom, startNs: number, lengthNs: number): { left: number; width: number } | undefined {
  const left = share(zoom, startNs);
  const right = share(zoom, startNs + lengthNs);
  if (right < 0 || left > 1) return undefined;
  // Bars that go far beyond an edge end just outside, because browsers draw boxes of millions of pixels badly.
  const begin = Math.max(left, -0.1);
  return { left: begin, width: Math.max(0, Math.min(right, 1.1) - begin) };
}

/** The stretch as in the address: `1200-56000`. */
export function printZoom(zoom: Zoom, durationNs: number): string | null {
  return isWhole(zoom, durationNs) ? null : `${Math.floor(zoom.from)}-${Math.ceil(zoom.to)}`;
}

/** The stretch that an address names; all where it names none. */
export function parseZoom(text: string, durationNs: number): Zoom {
  const match = /^(\d{1,19})-(\d{1,19})$/.exec(text);
  if (!match || Number(match[2]) <= Number(match[1])) return whole(durationNs);
  return within({ from: Number(match[1]), to: Number(match[2]) }, durationNs);
}
