/* What part of a map is seen: a factor and a shift, and how wheel, drag and keys change them. */
import type { Point } from './layout';

/** A point of the map stands at `x + k * point.x`, `y + k * point.y` of the window. */
export interface Camera {
  x: number;
  y: number;
  k: number;
}

export interface Size {
  width: number;
  height: number;
}

const LEAST = 0.08;
const MOST = 2.5;
const MARGIN = 16;
const NARROW = 600;
const READABLE = 0.8;
const LARGEST = 1.7;

/**
 * All of a map in the middle of the window, not much larger than life, and never so small that nothing could be told apart. In a
 * narrow window it stays readable and begins at the left, to be dragged.
 */
export function fitted(map: Size, window: Size): Camera {
  const room = { width: Math.max(1, window.width - 2 * MARGIN), height: Math.max(1, window.height - 2 * MARGIN) };
  const k = Math.max(
    LEAST,
    Math.min(LARGEST, room.width / Math.max(1, map.width), room.height / Math.max(1, map.height)),
  );
  return placed(map, window, window.width < NARROW ? Math.max(k, READABLE) : k);
}

function placed(map: Size, window: Size, k: number): Camera {
  const x = (window.width - k * map.width) / 2;
  const y = (window.height - k * map.height) / 2;
  return { x: window.width < NARROW ? Math.max(x, -k * MARGIN * 3) : x, y, k };
}

/** Nearer (factor above 1) or further, the point under the pointer staying where it is. */
export function zoomed(camera: Camera, factor: number, at: Point): Camera {
  const k = Math.min(MOST, Math.max(LEAST, camera.k * factor));
  const change = k / camera.k;
  return { x: at.x - (at.x - camera.x) * change, y: at.y - (at.y - camera.y) * change, k };
}

/** Moved so far that a point of the map is in the window, with some room around it; the same camera where it already is. */
export function showing(camera: Camera, point: Point, window: Size, room = 70): Camera {
  const [x, y] = [camera.x + camera.k * point.x, camera.y + camera.k * point.y];
  const by = (place: number, length: number): number =>
    place < room ? room - place : place > length - room ? length - room - place : 0;
  const [dx, dy] = [by(x, window.width), by(y, window.height)];
  return dx || dy ? { ...camera, x: camera.x + dx, y: camera.y + dy } : camera;
}
