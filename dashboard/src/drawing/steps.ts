/** Where keys move a cursor over the points of a line, or from tile to tile. Pure. */

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

/** The same over tiles in rows of so many *columns*, which up and down leave, too. */
export function findTile(key: string, place: number, last: number, columns: number): number | undefined {
  const down = key === "ArrowDown" ? columns : key === "ArrowUp" ? -columns : undefined;
  if (down !== undefined) {
    return Math.min(Math.max(place + down, 0), last);
  }
  return key === "PageUp" || key === "PageDown" ? undefined : findStep(key, place, last) ?? undefined;
}
