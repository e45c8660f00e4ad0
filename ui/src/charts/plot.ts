/* The inside of a chart's frame, and what pointer and keys do there: point, brush along time (or in both directions), clear.
   One set of rules for the charts that we draw ourselves; pixels are those of the plot, from its left and top edge. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { follow, point } from './crosshair';

export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Selection {
  x0: number;
  x1: number;
  y0: number;
  y1: number;
}

export interface PlotRules {
  frame: Frame;
  startMs: number;
  endMs: number;
  /** Pixels that an arrow key moves. */
  step: number;
  sync?: string;
  /** Also up and down. */
  both?: boolean;
  onSelect?: (selection: Selection) => void;
  onClick?: () => void;
}

const LEAST = 4;

/** Pointer, selection and handlers for the element that holds the plot. */
export function usePlot(rules: PlotRules) {
  const now = useRef(rules);
  now.current = rules;
  const self = useRef({}).current;
  const [at, setAt] = useState<{ x: number; y: number | null } | null>(null);
  const [selection, setSelection] = useState<Selection | null>(null);
  const from = useRef<{ x: number; y: number } | null>(null);

  const { sync, frame } = rules;
  useEffect(
    () =>
      follow(sync, self, (tMs) => {
        const { startMs, endMs, frame: inside } = now.current;
        const x = tMs === null ? -1 : ((tMs - startMs) / (endMs - startMs)) * inside.width;
        setAt(x < 0 || x > inside.width ? null : { x, y: null });
      }),
    [sync],
  );

  const show = (x: number, y: number | null): void => {
    const inside = clamp(x, frame.width);
    setAt({ x: inside, y });
    point(sync, rules.startMs + (inside / Math.max(1, frame.width)) * (rules.endMs - rules.startMs), self);
  };
  const hide = (): void => {
    setAt(null);
    point(sync, null, self);
  };
  const drag = (x: number, y: number): void => {
    const begun = from.current;
    if (!begun || !rules.onSelect) return;
    const [x0, x1] = ordered(begun.x, x, frame.width);
    const [y0, y1] = rules.both ? ordered(begun.y, y, frame.height) : [0, frame.height];
    setSelection({ x0, x1, y0, y1 });
  };
  const finish = (done: Selection | null): void => {
    from.current = null;
    setSelection(null);
    if (done && done.x1 - done.x0 >= LEAST) rules.onSelect?.(done);
  };

  const inside = (event: PointerEvent): [number, number] => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return [event.clientX - box.left - frame.left, event.clientY - box.top - frame.top];
  };
  const handlers = {
    onPointerMove: (event: PointerEvent) => {
      const [x, y] = inside(event);
      show(x, y);
      drag(x, y);
    },
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return;
      const [x, y] = inside(event);
      from.current = { x: clamp(x, frame.width), y: clamp(y, frame.height) };
      if (rules.onSelect) (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    },
    onPointerUp: () => {
      const done = selection && selection.x1 - selection.x0 >= LEAST ? selection : null;
      if (!done && from.current) rules.onClick?.();
      finish(done);
    },
    onPointerCancel: () => finish(null),
    onPointerLeave: () => {
      if (!from.current) hide();
    },
    onBlur: hide,
    onKeyDown: (event: KeyboardEvent) => {
      if (!pressed(event.key, event.shiftKey)) return;
      event.preventDefault();
      event.stopPropagation();
    },
  };

  const pressed = (key: string, shift: boolean): boolean => {
    if (key === 'ArrowLeft' || key === 'ArrowRight') {
      const before = at?.x ?? frame.width / 2;
      const x = clamp(before + (key === 'ArrowLeft' ? -rules.step : rules.step), frame.width);
      if (shift) from.current ??= { x: before, y: 0 };
      else finish(null);
      show(x, null);
      if (shift) drag(x, frame.height);
      return true;
    }
    if (key === 'Enter' && (selection || rules.onClick)) {
      if (selection) finish(selection);
      else rules.onClick?.();
      return true;
    }
    if (key !== 'Escape' || !(selection || at)) return false;
    finish(null);
    hide();
    return true;
  };

  return { at, selection, handlers };
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, 0), Math.max(0, most));
}

function ordered(a: number, b: number, most: number): [number, number] {
  return [clamp(Math.min(a, b), most), clamp(Math.max(a, b), most)];
}
