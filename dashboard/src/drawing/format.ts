/** Numbers and times as people read them, always with their units. Pure. */

const DAY_MS = 86_400_000;
const MIN_MS = 60_000;
const NARROW_SPACE = "\u202f";

/** As many digits as a reader can use. */
export function short(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return "–";
  }
  const size = Math.abs(value);
  if (size < 0.01) {
    return String(Number(value.toPrecision(2))); // else what is small would look like nothing
  }
  const digits = size >= 1000 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toFixed(digits);
}

/** `1 reading`, `2 readings`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** What a service says in words, as a sentence of its own. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

/** A count, or a mean of counts: what is whole stays so. */
export function plain(value: number | null | undefined): string {
  return Number.isInteger(value) ? String(value) : short(value);
}

export function withUnit(value: number | null | undefined, unit: string): string {
  return unit === "" || short(value) === "–" ? short(value) : `${short(value)}${NARROW_SPACE}${unit}`;
}

export function percent(share: number, digits = 0): string {
  return `${(share * 100).toFixed(digits)}${NARROW_SPACE}%`;
}

/** A span of time in its largest useful unit: `42 s`, `7 min`, `3 h`, `12 d`. */
export function span(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 120) {
    return `${s}${NARROW_SPACE}s`;
  }
  const min = Math.round(s / 60);
  if (min < 120) {
    return `${min}${NARROW_SPACE}min`;
  }
  const h = Math.round(min / 60);
  return h < 72 ? `${h}${NARROW_SPACE}h` : `${Math.round(h / 24)}${NARROW_SPACE}d`;
}

export class Clock {
  /** The time zone that it shows, by its name in the IANA database. */
  readonly zone: string;
  readonly #time: Intl.DateTimeFormat;
  readonly #full: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;
  readonly #minute: Intl.DateTimeFormat;

  /** zone: a name of the IANA database, or undefined for that of the browser. */
  constructor(zone: string | undefined) {
    const time = { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false } as const;
    const named = zone === undefined ? {} : { timeZone: zone };
    this.zone = zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    this.#time = new Intl.DateTimeFormat("en-GB", { ...time, ...named });
    this.#full = new Intl.DateTimeFormat("en-GB", {
      ...time, ...named, day: "numeric", month: "short", year: "numeric",
    });
    this.#day = new Intl.DateTimeFormat("en-GB", { ...named, day: "numeric", month: "short" });
    this.#minute = new Intl.DateTimeFormat("en-GB", { ...named, hour: "2-digit", minute: "2-digit", hour12: false });
  }

  time(t: number): string {
    return this.#time.format(t);
  }

  full(t: number): string {
    return this.#full.format(t);
  }

  /** As short as an axis needs it whose ticks are *step* ms apart: `30 Oct`, or `30 Oct 06:00` at the first of a day, or `06:00`. */
  tick(t: number, step: number, before: number | undefined): string {
    const day = this.#day.format(t);
    if (step >= DAY_MS) {
      return day;
    }
    const time = step < MIN_MS ? this.time(t) : this.#minute.format(t);
    return before === undefined || this.#day.format(before) === day ? time : `${day} ${time}`;
  }

  /** The time alone within a day of *now*, else with its date. */
  near(t: number, now: number): string {
    return Math.abs(now - t) < 12 * 3_600_000 ? this.time(t) : this.full(t);
  }
}
