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

/** span: a name of SPANS. from, to: ms as text; if both are times, they are what is shown. */
export function readRange(
  { span = "", from = "", to = "" }: Readonly<Record<string, string>>, now: number,
): Range {
  const [start, end] = [Number(from), Number(to)];
  if (from !== "" && to !== "" && Number.isFinite(start) && Number.isFinite(end) && start < end) {
    return { from: start, to: end, live: false };
  }
  const ms = SPANS.find(([name]) => name === span)?.[2] ?? 15 * MIN_MS;
  return { from: now - ms, to: now, live: true };
}
