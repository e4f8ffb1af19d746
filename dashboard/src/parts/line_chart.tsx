/** One quantity over time: uPlot, with a cursor that is linked over all charts of a view. */
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import uPlot from "uplot";
import type { Clock } from "../drawing/format.js";
import { withUnit } from "../drawing/format.js";
import { describeLine } from "../drawing/describe.js";
import { fitLimits, nameBound, type Bound } from "../drawing/limits.js";
import type { Band, Line } from "../drawing/series.js";

export interface ChartProps {
  readonly title: string;
  readonly unit: string;
  readonly line: Line;
  readonly from: number;
  readonly to: number;
  readonly band: Band | null;
  /** A second line that the first is held against: a threshold. */
  readonly limit?: number | null;
  /** Plain limits of what is drawn. */
  readonly bounds?: readonly Bound[];
  /** Times within which the device was in an alert, ms. */
  readonly marks: readonly (readonly [from: number, to: number])[];
  readonly clock: Clock;
  readonly onZoom: (from: number, to: number) => void;
}

const HEIGHT = 150;
const SYNC = "device";

export function LineChart(props: ChartProps): ReactNode {
  const { title, unit, line, band, clock } = props;
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const [place, setPlace] = useState<number | null>(null);
  useEffect(() => {
    const holder = frame.current;
    if (holder === null) {
      return undefined;
    }
    const create = (): void => {
      plot.current?.destroy();
      plot.current = makePlot(holder, latest);
    };
    create();
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", create);
    const watch = new ResizeObserver(() => {
      plot.current?.setSize({ width: holder.clientWidth, height: HEIGHT });
    });
    watch.observe(holder);
    return () => {
      watch.disconnect();
      dark.removeEventListener("change", create);
      plot.current?.destroy();
      plot.current = null;
    };
  }, []);
  useEffect(() => {
    plot.current?.setData(columnsOf(line, props.limit ?? null), false);
    plot.current?.setScale("x", { min: props.from / 1000, max: props.to / 1000 });
  }, [line, props.limit, props.from, props.to, band, props.marks, props.bounds]);
  const move = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20 };
    const step = steps[event.key];
    const last = line.t.length - 1;
    if (last < 0 || (step === undefined && event.key !== "Home" && event.key !== "End")) {
      return;
    }
    event.preventDefault();
    const next = event.key === "Home" ? 0 : event.key === "End" ? last : (place ?? last) + (step ?? 0);
    const bounded = Math.min(Math.max(next, 0), last);
    setPlace(bounded);
    const chart = plot.current;
    chart?.setCursor({ left: chart.valToPos((line.t[bounded] ?? 0) / 1000, "x"), top: HEIGHT / 3 });
  };
  const t = place === null ? undefined : line.t[place];
  const reading = t === undefined || place === null
    ? "" : `${clock.full(t)}: ${withUnit(line.values[place], unit)}`;
  return (
    <figure className="chart" data-chart={title}>
      <figcaption>
        <strong>{title}</strong> <span className="unit">{unit}</span>{" "}
        <output aria-live="polite">{reading || withUnit(line.values.at(-1), unit)}</output>
      </figcaption>
      <div ref={frame} className="plot" role="slider" tabIndex={0} aria-label={`${title} over time`}
        aria-valuemin={0} aria-valuemax={Math.max(line.t.length - 1, 0)}
        aria-valuenow={place ?? Math.max(line.t.length - 1, 0)}
        aria-valuetext={reading || describeLine(line, unit, band)} onKeyDown={move} />
      <p className="described">{describeLine(line, unit, band)}{describeBounds(props.bounds ?? [], unit)}</p>
    </figure>
  );
}

/** What no glance at the colour of a line tells. */
function describeBounds(bounds: readonly Bound[], unit: string): string {
  return bounds.length === 0 ? "" : ` Limits: ${bounds.map((bound) => nameBound(bound, unit)).join(", ")}.`;
}

function columnsOf(line: Line, limit: number | null): uPlot.AlignedData {
  return [
    line.t.map((t) => t / 1000), line.values, line.t.map(() => limit),
    line.low ?? line.t.map(() => null), line.high ?? line.t.map(() => null),
  ];
}

function makePlot(holder: HTMLElement, latest: { readonly current: ChartProps }): uPlot {
  const style = getComputedStyle(holder);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const { line, limit, from, to, clock } = latest.current;
  const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--grid"), width: 1 }, ticks: { show: false } };
  return new uPlot({
    width: holder.clientWidth, height: HEIGHT, legend: { show: false },
    cursor: { sync: { key: SYNC }, drag: { x: true, y: false, setScale: false }, y: false },
    scales: { x: { time: true, min: from / 1000, max: to / 1000 },
      y: { range: (_, low: number | null, high: number | null) => fitScale(low, high, latest.current.bounds ?? []) } },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map((tick) => clock.near(tick * 1000, to)), space: 90, size: 30 },
      { ...axis, size: 52 },
    ],
    series: [
      {},
      { stroke: colour("--line"), width: 1.5, points: { show: false }, spanGaps: false },
      { stroke: colour("--alert"), width: 1, dash: [4, 4], points: { show: false } },
      { stroke: "transparent", points: { show: false } },
      { stroke: "transparent", points: { show: false } },
    ],
    bands: [{ series: [4, 3], fill: colour("--spread") }],
    hooks: {
      draw: [(plot) => { drawBounds(plot, latest.current.bounds ?? [], colour("--alert"), colour("--odd")); }],
      drawClear: [(plot) => { drawBehind(plot, latest.current, colour("--usual"), colour("--mark")); }],
      setSelect: [(plot) => {
        const { left, width } = plot.select;
        if (width > 4) {
          latest.current.onZoom(plot.posToVal(left, "x") * 1000, plot.posToVal(left + width, "x") * 1000);
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        }
      }],
    },
  }, columnsOf(line, limit ?? null), holder);
}

function fitScale(low: number | null, high: number | null, bounds: readonly Bound[]): uPlot.Range.MinMax {
  if (low === null || high === null) {
    return [null, null]; // nothing is drawn
  }
  const [least, most] = fitLimits(low, high, bounds);
  return uPlot.rangeNum(least, most, 0.1, true);
}

/** Alarms in one colour, warnings in another and with shorter dashes. */
function drawBounds(plot: uPlot, bounds: readonly Bound[], alarm: string, warning: string): void {
  const { ctx: pen, bbox } = plot;
  pen.save();
  pen.lineWidth = 1;
  for (const { value, level } of bounds) {
    const y = plot.valToPos(value, "y", true);
    if (y < bbox.top || y > bbox.top + bbox.height) {
      continue; // the text below the chart names it
    }
    pen.strokeStyle = level === "alarm" ? alarm : warning;
    pen.setLineDash(level === "alarm" ? [12, 4] : [8, 6]);
    pen.beginPath();
    pen.moveTo(bbox.left, y);
    pen.lineTo(bbox.left + bbox.width, y);
    pen.stroke();
  }
  pen.restore();
}

/** The usual band and the times in alert, behind the line. */
function drawBehind(plot: uPlot, { band, marks }: ChartProps, usual: string, mark: string): void {
  const { ctx: pen, bbox } = plot;
  pen.save();
  pen.beginPath();
  pen.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  pen.clip();
  if (band !== null) {
    const top = plot.valToPos(band.high, "y", true);
    pen.fillStyle = usual;
    pen.fillRect(bbox.left, top, bbox.width, plot.valToPos(band.low, "y", true) - top);
  }
  pen.fillStyle = mark;
  for (const [start, end] of marks) {
    const left = plot.valToPos(start / 1000, "x", true);
    pen.fillRect(left, bbox.top, Math.max(plot.valToPos(end / 1000, "x", true) - left, 2), bbox.height);
  }
  pen.restore();
}
