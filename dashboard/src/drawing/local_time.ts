/** Times as an `<input type="datetime-local">` holds them, in the zone that a person chose. Pure. */

const MIN_MS = 60_000;

/** To make one costs more than a hundred times what using it does. A person looks at few zones. */
const walls = new Map<string, Intl.DateTimeFormat>();

function wallOf(zone: string): Intl.DateTimeFormat {
  const known = walls.get(zone) ?? new Intl.DateTimeFormat("en-CA", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit",
  });
  walls.set(zone, known);
  return known;
}

/** t (ms) as `2026-11-27T20:30` on the wall of *zone*. */
export function writeLocal(t: number, zone: string): string {
  const parts = wallOf(zone).formatToParts(t);
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}`;
}

/**
 * When it is *text* on the wall of *zone*, ms; null where it is no time. A time that comes twice, as
 * the clocks go back, is the first; one that never comes, as they go forward, is that much later.
 */
export function readLocal(text: string, zone: string): number | null {
  const asUtc = Date.parse(`${text}Z`);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text) || Number.isNaN(asUtc)) {
    return null;
  }
  const offsetAt = (t: number): number => Date.parse(`${writeLocal(t, zone)}Z`) - Math.floor(t / MIN_MS) * MIN_MS;
  const guesses = [asUtc - offsetAt(asUtc - 86_400_000), asUtc - offsetAt(asUtc + 86_400_000)];
  return guesses.find((guess) => writeLocal(guess, zone) === text) ?? guesses[0] ?? null;
}
