/** A line over time as uPlot draws it: the line, its spread, what is usual behind, limits across. */
import uPlot from "uplot";
import type { Clock } from "../drawing/format.js";
import { fitLimits } from "../drawing/limits.js";
import { findGaps, type Band, type Limit, type Line } from "../drawing/series.js";
import type { Palette } from "./palette.js";

export const HEIGHT = 150;
const SYNC = "device"; // the cursors of all charts move together
const PAD = 0.1;
const FEW = 5;
const DASHES: Readonly<Record<Limit["kind"], number[]>> = { threshold: [4, 4], warning: [8, 6], alarm: [12, 4] };

export interface Plotted {
  readonly line: Line;
  readonly from: number;
  readonly to: number;
  readonly band: Band | null;
  readonly limits: readonly Limit[];
  /** Times within which the device was in an alert, ms. */
  readonly marks: readonly (readonly [from: number, to: number])[];
  readonly clock: Clock;
  readonly onZoom: (from: number, to: number) => void;
}

/** Whether a line has a lowest and a highest beside its mean: then it needs another plot. */
export function hasSpread({ low, high }: Line): boolean {
  return low !== null && high !== null;
}

/** The columns of *line* themselves: nothing is copied, since this runs at each reading. */
export function columnsOf(line: Line): uPlot.AlignedData {
  return line.low === null || line.high === null
    ? [line.t, line.values] : [line.t, line.values, line.low, line.high];
}

/** newest: what is to be drawn, asked at each drawing. */
export function makePlot(
  holder: HTMLElement, newest: { readonly current: Plotted }, palette: Palette,
): uPlot {
  const { line, from, to } = newest.current;
  const axis = { stroke: palette.quiet, grid: { stroke: palette.grid, width: 1 }, ticks: { show: false } };
  const spread = hasSpread(line);
  const edge = { stroke: "transparent", points: { show: false } };
  return new uPlot({
    width: holder.clientWidth, height: HEIGHT, ms: 1, legend: { show: false },
    cursor: { sync: { key: SYNC }, drag: { x: true, y: false, setScale: false }, y: false },
    scales: { x: { time: true, min: from, max: to }, y: { range: (_, low, high) => rangeOf(low, high, newest.current.limits) } },
    axes: [
      { ...axis, values: (_, ticks) => nameTicks(ticks, newest.current), space: 90, size: 30 },
      { ...axis, size: 52 },
    ],
    series: [
      {}, { stroke: palette.line, width: 1.5, points: { show: isSparse, size: 5, fill: palette.line }, spanGaps: false, gaps: addGaps },
      ...(spread ? [edge, edge] : []),
    ],
    bands: spread ? [{ series: [3, 2], fill: palette.spread }] : [],
    hooks: {
      drawClear: [(plot) => { drawBehind(plot, newest.current, palette); }],
      draw: [(plot) => { drawLimits(plot, newest.current.limits, palette); }],
      setSelect: [(plot) => { zoom(plot, newest.current.onZoom); }],
    },
  }, columnsOf(line), holder);
}

/** No line is drawn over a time in which nothing was measured. */
function addGaps(plot: uPlot, _: number, first: number, last: number, known: uPlot.Series.Gaps): uPlot.Series.Gaps {
  const t = plot.data[0];
  const place = (at: number): number => Math.round(plot.valToPos(t[at] ?? 0, "x", true));
  const added = findGaps(t, first, last).map((at): [number, number] => [place(at - 1), place(at)]);
  return added.length === 0 ? known : [...known, ...added].sort(([a], [b]) => a - b);
}

/** So few values make no line that could be seen. */
function isSparse(_: uPlot, __: number, first: number, last: number): boolean {
  return last - first < FEW;
}

/** Wide enough for the values, a threshold, and the plain limits that are near. */
function rangeOf(low: number, high: number, limits: readonly Limit[]): uPlot.Range.MinMax {
  const thresholds = limits.filter(({ kind }) => kind === "threshold").map(({ value }) => value);
  // Without values uPlot gives null for both.
  const ends = [low, high, ...thresholds].filter((end) => Number.isFinite(end));
  if (ends.length === 0) {
    return [0, 1];
  }
  const plain = limits.filter(({ kind }) => kind !== "threshold");
  const [least, most] = fitLimits(Math.min(...ends), Math.max(...ends), plain);
  return uPlot.rangeNum(least, most, PAD, true);
}

function nameTicks(ticks: readonly number[], { clock }: Plotted): string[] {
  const step = (ticks[1] ?? 0) - (ticks[0] ?? 0);
  return ticks.map((tick, place) => clock.tick(tick, step, ticks[place - 1]));
}

function zoom(plot: uPlot, onZoom: Plotted["onZoom"]): void {
  const { left, width } = plot.select;
  if (width > 4) {
    onZoom(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  }
}

/** The usual band and the times in alert, behind the line. */
function drawBehind(plot: uPlot, { band, marks }: Plotted, palette: Palette): void {
  const { ctx: pen, bbox } = plot;
  pen.save();
  pen.beginPath();
  pen.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  pen.clip();
  if (band !== null) {
    const top = plot.valToPos(band.high, "y", true);
    pen.fillStyle = palette.usual;
    pen.fillRect(bbox.left, top, bbox.width, plot.valToPos(band.low, "y", true) - top);
  }
  pen.fillStyle = palette.mark;
  for (const [start, end] of marks) {
    const left = plot.valToPos(start, "x", true);
    pen.fillRect(left, bbox.top, Math.max(plot.valToPos(end, "x", true) - left, 2), bbox.height);
  }
  pen.restore();
}

/** A broken line for each limit, in front of the values: the longer the dashes, the worse. */
function drawLimits(plot: uPlot, limits: readonly Limit[], palette: Palette): void {
  const { ctx: pen, bbox } = plot;
  pen.save();
  pen.lineWidth = devicePixelRatio;
  for (const { kind, value } of limits) {
    const height = plot.valToPos(value, "y", true);
    if (height < bbox.top || height > bbox.top + bbox.height) {
      continue; // the text below the chart names it
    }
    pen.strokeStyle = kind === "warning" ? palette.odd : palette.alert;
    pen.setLineDash(DASHES[kind].map((length) => length * devicePixelRatio));
    pen.beginPath();
    pen.moveTo(bbox.left, height);
    pen.lineTo(bbox.left + bbox.width, height);
    pen.stroke();
  }
  pen.restore();
}
