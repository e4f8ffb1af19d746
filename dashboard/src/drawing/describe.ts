/** A line in words, for those who cannot see it. Pure. */
import { count, percent, short, withUnit } from "./format.js";
import type { Band, Limit, Line } from "./series.js";

export function describeLine(
  line: Line, unit: string, band: Band | null, limits: readonly Limit[] = [],
): string {
  const known = line.values.filter((value): value is number => value !== null);
  const usual = [
    band === null
      ? "what is usual is not known yet" : `usually ${short(band.low)} to ${withUnit(band.high, unit)}`,
    ...limits.map(({ title, value }) => `${title} ${withUnit(value, unit)}`),
  ].join("; ");
  if (known.length === 0) {
    return `no values in this range; ${usual}`;
  }
  const lows = (line.low ?? line.values).filter((value): value is number => value !== null);
  const highs = (line.high ?? line.values).filter((value): value is number => value !== null);
  const low = lows.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = highs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return `${short(low)} to ${withUnit(high, unit)}, now ${withUnit(known.at(-1), unit)}; ${usual}`;
}

/** ratios: score / threshold of the newest readings, NaN for a gap. */
export function describeTrail(ratios: readonly number[]): string {
  const known = ratios.filter((ratio) => !Number.isNaN(ratio));
  return known.length === 0 ? "no score yet"
    : `highest of the last ${count(known.length, "score")}: ${percent(Math.max(...known))} of the threshold`;
}
