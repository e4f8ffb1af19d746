/** Where the strokes of a sparkline go. Pure. */
import { TRAIL_POINTS } from "../state/trail.js";

export type Point = readonly [x: number, y: number];

export interface TrailLayout {
  /** Height of the threshold, in the units of the canvas. */
  readonly threshold: number;
  /** Lines between gaps, oldest first. */
  readonly strokes: readonly (readonly Point[])[];
}

/** The top is twice the threshold: more is cut off, since the figure beside it says how much. */
const TOP = 2;

/** ratios: score / threshold, NaN for a gap, oldest first; the newest lies at the right edge. */
export function layOutTrail(ratios: readonly number[], width: number, height: number): TrailLayout {
  const step = width / (TRAIL_POINTS - 1);
  const first = TRAIL_POINTS - ratios.length;
  const heightOf = (ratio: number): number => height * (1 - Math.min(Math.max(ratio, 0), TOP) / TOP);
  const strokes: Point[][] = [];
  let stroke: Point[] = [];
  ratios.forEach((ratio, place) => {
    if (Number.isNaN(ratio)) {
      stroke = [];
      return;
    }
    if (stroke.length === 0) {
      strokes.push(stroke);
    }
    stroke.push([(first + place) * step, heightOf(ratio)]);
  });
  return { threshold: heightOf(1), strokes };
}
