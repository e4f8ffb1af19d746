/** One quantity over time, with its figures in words and a cursor that arrow keys move, too. */
import { memo, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from "react";
import type uPlot from "uplot";
import { describeLine } from "../drawing/describe.js";
import { withUnit } from "../drawing/format.js";
import { findStep } from "../drawing/steps.js";
import { usePalette } from "./palette.js";
import { columnsOf, hasSpread, HEIGHT, makePlot, type Plotted } from "./plot.js";

export interface ChartProps extends Plotted {
  readonly title: string;
  readonly unit: string;
}

/** Drawn again only when something of it has changed: its device is one of hundreds that report. */
export const LineChart = memo((props: ChartProps): ReactNode => {
  const { title, unit, line, band, limits, clock } = props;
  const { frame, plot } = usePlot(props);
  // The time of the reading that the cursor is at, since live readings move its place.
  const [at, setAt] = useState<number | null>(null);
  const described = useMemo(() => describeLine(line, unit, band, limits), [line, unit, band, limits]);
  const last = line.t.length - 1;
  const place = at === null ? last : Math.max(line.t.indexOf(at), 0);
  const move = (event: KeyboardEvent): void => {
    const next = findStep(event.key, place, last);
    if (next === undefined) {
      return;
    }
    event.preventDefault();
    const t = next === null ? null : line.t[next] ?? null;
    setAt(t);
    plot.current?.setCursor(t === null
      ? { left: -10, top: -10 } : { left: plot.current.valToPos(t, "x"), top: HEIGHT / 3 });
  };
  const value = withUnit(line.values[place], unit);
  const reading = at === null ? "" : `${clock.full(line.t[place] ?? at)}: ${value}`;
  return (
    <figure className="chart" data-chart={title}>
      <figcaption>
        <strong>{title}</strong> <span className="unit">{unit}</span>{" "}
        <span className="now">{reading || value}</span>
      </figcaption>
      <div ref={frame} className="plot" role="slider" tabIndex={0} aria-label={`${title} over time`}
        aria-valuemin={0} aria-valuemax={Math.max(last, 0)} aria-valuenow={Math.max(place, 0)}
        aria-valuetext={reading || described} onKeyDown={move} />
      <p className="described">{described}</p>
    </figure>
  );
});
LineChart.displayName = "LineChart";

interface Drawn {
  readonly frame: RefObject<HTMLDivElement | null>;
  readonly plot: RefObject<uPlot | null>;
}

/** The plot of *plotted* in the element *frame*, drawn anew when what it shows has changed. */
function usePlot(plotted: Plotted): Drawn {
  const { line, from, to, band, limits, marks } = plotted;
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef(plotted);
  newest.current = plotted;
  const palette = usePalette();
  const spread = hasSpread(line);
  useEffect(() => {
    const holder = frame.current;
    if (holder === null) {
      return undefined;
    }
    const made = makePlot(holder, newest, palette);
    plot.current = made;
    const watch = new ResizeObserver(() => {
      made.setSize({ width: holder.clientWidth, height: HEIGHT });
    });
    watch.observe(holder);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [palette, spread]);
  useEffect(() => {
    plot.current?.setData(columnsOf(line), false);
    plot.current?.setScale("x", { min: from, max: to });
  }, [line, from, to, band, limits, marks]);
  return { frame, plot };
}
