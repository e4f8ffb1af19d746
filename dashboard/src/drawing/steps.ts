/** Where keys move a cursor over the points of a line. Pure. */

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20 };

/**
 * The place that *key* leads to from *place*, between 0 and *last*; null where it takes the cursor
 * away, undefined where it is for something else or there is no point.
 */
export function findStep(key: string, place: number, last: number): number | null | undefined {
  const step = STEPS[key];
  if (key === "Escape") {
    return null;
  }
  if (last < 0 || (step === undefined && key !== "Home" && key !== "End")) {
    return undefined;
  }
  const next = key === "Home" ? 0 : key === "End" ? last : place + (step ?? 0);
  return Math.min(Math.max(next, 0), last);
}
