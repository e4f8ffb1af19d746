/** What the API answers of a chart as columns to draw, and what is usual for them. Pure. */
import type { LiveReading, ReadingsShown } from "../messages/kinds.js";

export type Column = (number | null)[];

export interface Line {
  /** Event times, ms: an array that charts may keep, so it is replaced and never changed. */
  readonly t: number[];
  /** The value of `raw`, else the mean of each minute or hour. */
  readonly values: Column;
  readonly low: Column | null;
  readonly high: Column | null;
}

/** Values between which a channel usually is. */
export interface Band {
  readonly low: number;
  readonly high: number;
}

/** Across a chart: what its values are held against. */
export interface Limit {
  readonly kind: "threshold" | "alarm" | "warning";
  readonly title: string;
  readonly value: number;
}

/** Most points of a line; the API is asked for as many, and live ones push out the oldest. */
export const MOST_POINTS = 600;
/** Fewer rolled up minutes say nothing of what is usual. */
export const LEAST_USUAL = 30;
const USUAL_SHARE = 0.05;

export function readLine(shown: ReadingsShown, name: string): Line {
  const series = shown.series[name];
  if (series === undefined) {
    return { t: [], values: [], low: null, high: null };
  }
  return {
    t: series.t,
    values: series.values ?? series.mean ?? [],
    low: series.min ?? null,
    high: series.max ?? null,
  };
}

/** *line* with a live value behind it, without what is older than *from*; bounded. */
export function extendLine(line: Line, t: number, value: number | null, from: number): Line {
  const last = line.t.at(-1);
  if (last !== undefined && t <= last) {
    return line;
  }
  const first = line.t.findIndex((time) => time >= from);
  const start = Math.max(first === -1 ? line.t.length : first, line.t.length + 1 - MOST_POINTS);
  return {
    t: [...line.t.slice(start), t],
    values: [...line.values.slice(start), value],
    low: line.low === null ? null : [...line.low.slice(start), value],
    high: line.high === null ? null : [...line.high.slice(start), value],
  };
}

export function valueOf(reading: Pick<LiveReading, "values" | "score">, name: string): number | null {
  return name === "score" ? reading.score : reading.values[name] ?? null;
}

/**
 * Between which values 90 % of the device's own points of *shown* lie, those in which it was
 * anomalous left out; null where too few are known. A minute counts with its lowest and highest.
 */
export function findUsual(shown: ReadingsShown, name: string): Band | null {
  const series = shown.series[name];
  const points = shown.points;
  if (series?.min === undefined || series.max === undefined || points === undefined) {
    return null;
  }
  const odd = new Set(points.t.filter((_, place) => (points.anomalous[place] ?? 0) > 0));
  const keep = (values: readonly (number | null)[]): number[] => values
    .filter((value, place): value is number => value !== null && !odd.has(series.t[place] ?? 0))
    .sort((a, b) => a - b);
  const lows = keep(series.min);
  const highs = keep(series.max);
  if (lows.length < LEAST_USUAL) {
    return null;
  }
  const low = lows[Math.floor(lows.length * USUAL_SHARE)];
  const high = highs[Math.ceil(highs.length * (1 - USUAL_SHARE)) - 1];
  return low === undefined || high === undefined ? null : { low, high };
}

/** A chart as a file for a spreadsheet: one row a time, one column a line (RFC 4180). */
export function writeCsv(shown: ReadingsShown): string {
  const names = Object.keys(shown.series).sort();
  const rolled = shown.resolution !== "raw";
  const parts = rolled ? ["min", "mean", "max"] as const : ["values"] as const;
  const header = ["time_utc", ...names.flatMap((name) => (
    parts.map((part) => (rolled ? `${name}.${part}` : name))
  ))];
  const rows = new Map<number, Map<string, number | null>>();
  for (const name of names) {
    for (const part of parts) {
      const values = shown.series[name]?.[part] ?? [];
      shown.series[name]?.t.forEach((t, place) => {
        const row = rows.get(t) ?? new Map<string, number | null>();
        row.set(rolled ? `${name}.${part}` : name, values[place] ?? null);
        rows.set(t, row);
      });
    }
  }
  const lines = [...rows].sort(([a], [b]) => a - b).map(([t, row]) => [
    new Date(t).toISOString(), ...header.slice(1).map((name) => String(row.get(name) ?? "")),
  ]);
  return [header, ...lines].map((fields) => fields.map(quote).join(",")).join("\r\n") + "\r\n";
}

/** A field that a spreadsheet takes for text, whatever it begins with. */
function quote(field: string): string {
  const safe = /^[=+@]/.test(field) ? `'${field}` : field;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A pause so many times as long as those between readings on average is none of its rhythm. */
const PAUSE = 20;

/** The places in *t* before which nothing was measured for long, from *first* to *last*. */
export function findGaps(t: ArrayLike<number>, first: number, last: number): number[] {
  const longest = PAUSE * (((t[last] ?? 0) - (t[first] ?? 0)) / Math.max(last - first, 1));
  const found: number[] = [];
  for (let at = first + 1; at <= last; at += 1) {
    if ((t[at] ?? 0) - (t[at - 1] ?? 0) > longest) {
      found.push(at);
    }
  }
  return found;
}
