/** What a person chose for this browser: kept in it, and nowhere else. */

export interface Preferences {
  /** A name of the IANA time zone database; empty for that of the browser. */
  readonly zone: string;
  /** How often the page is drawn again, ms. */
  readonly refreshMs: number;
}

const KEY = "tocsin";
export const REFRESH_CHOICES: readonly number[] = [250, 1_000, 5_000];
const DEFAULT: Preferences = { zone: "", refreshMs: 250 };

/** What *text* says, with the defaults for all that it does not say well. */
export function readPreferences(text: string | null): Preferences {
  try {
    const kept: unknown = JSON.parse(text ?? "{}");
    const { zone, refreshMs } = { ...DEFAULT, ...(kept as Partial<Preferences>) };
    return {
      zone: typeof zone === "string" && isZone(zone) ? zone : "",
      refreshMs: REFRESH_CHOICES.includes(refreshMs) ? refreshMs : DEFAULT.refreshMs,
    };
  } catch {
    return DEFAULT;
  }
}

export function loadPreferences(): Preferences {
  return readPreferences(localStorage.getItem(KEY));
}

export function keepPreferences(preferences: Preferences): void {
  localStorage.setItem(KEY, JSON.stringify(preferences));
}

export function isZone(zone: string): boolean {
  try {
    return zone === "" || new Intl.DateTimeFormat("en", { timeZone: zone }).format(0) !== "";
  } catch {
    return false;
  }
}
