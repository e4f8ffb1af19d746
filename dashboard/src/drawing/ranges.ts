/** Which time a chart shows: the last so long, going on with now, or between two fixed times. Pure. */

export interface Range {
  readonly from: number;
  readonly to: number;
  /** Whether it moves on with now. */
  readonly live: boolean;
}

const MIN_MS = 60_000;

export const SPANS: readonly (readonly [name: string, title: string, ms: number])[] = [
  ["15m", "15 minutes", 15 * MIN_MS], ["1h", "1 hour", 60 * MIN_MS], ["6h", "6 hours", 360 * MIN_MS],
  ["24h", "24 hours", 1_440 * MIN_MS], ["7d", "7 days", 10_080 * MIN_MS],
  ["30d", "30 days", 43_200 * MIN_MS],
];
export const DEFAULT_SPAN = "15m";

/** A chart is some hundred points wide: one that goes on with now need not move by less than one. */
const STEPS = 600;

/**
 * span: a name of SPANS. from, to: ms as text; if both are times, they are what is shown. What goes
 * on with now ends at the next whole step, so that it is the same for a while and nothing is cut off.
 */
export function readRange(
  { span = "", from = "", to = "" }: Readonly<Record<string, string>>, now: number,
): Range {
  const [start, end] = [Number(from), Number(to)];
  if (from !== "" && to !== "" && Number.isFinite(start) && Number.isFinite(end) && start < end) {
    return { from: start, to: end, live: false };
  }
  const ms = SPANS.find(([name]) => name === span)?.[2] ?? 15 * MIN_MS;
  const step = ms / STEPS;
  const until = Math.ceil(now / step) * step;
  return { from: until - ms, to: until, live: true };
}
