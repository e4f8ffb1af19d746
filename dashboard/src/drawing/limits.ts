/** Plain limits of a channel as a person fills them in, as the API takes them, and in words. Pure. */
import type { DeviceLimits, LimitsOfSite } from "../messages/kinds.js";
import { count, withUnit } from "./format.js";
import type { Limit } from "./series.js";

export type Bound = DeviceLimits["channels"][string]["bounds"][number];
export type Written = DeviceLimits["channels"][string]["written"];
/** The limits of a channel, and whose they are. */
export interface Held {
  readonly origin: DeviceLimits["limits"][number]["origin"];
  readonly bounds: readonly Bound[];
}
/** For whom limits are set: this device, or all of its kind at the site. */
export type Scope = "device" | "site";

const NUMBERS = ["alarmHigh", "warningHigh", "warningLow", "alarmLow", "hysteresis", "delayPeriods"] as const;
type NumberName = (typeof NUMBERS)[number];

/** Numbers as they are typed; empty where nothing is set. */
export type LimitForm = Readonly<Record<NumberName, string>> & { readonly preset: string };

export const FIELDS: readonly (readonly [NumberName, string, unit: boolean])[] = [
  ["alarmHigh", "Alarm above", true], ["warningHigh", "Warning above", true], ["warningLow", "Warning below", true],
  ["alarmLow", "Alarm below", true], ["hysteresis", "Back by", true], ["delayPeriods", "For so many periods", false],
];

export function readLimits(written: Written | undefined): LimitForm {
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, String(written?.[name] ?? "")]));
  return { ...numbers as Record<NumberName, string>, preset: written?.preset ?? "" };
}

export type WrittenLimits = { readonly limits: Written } | { readonly fault: string };

/** A form without any limit is refused: to have none is said by a button of its own. */
export function writeLimits(form: LimitForm): WrittenLimits {
  const bad = FIELDS.find(([name]) => form[name].trim() !== "" && !Number.isFinite(Number(form[name])));
  if (bad !== undefined) {
    return { fault: `${bad[1]}: that is no number` };
  }
  const given = NUMBERS.filter((name) => form[name].trim() !== "");
  if (form.preset === "" && !given.some((name) => name !== "hysteresis" && name !== "delayPeriods")) {
    return { fault: "give a limit, or choose a preset" };
  }
  const limits: Written = form.preset === "" ? {} : { preset: form.preset };
  for (const name of given) {
    limits[name] = Number(form[name]);
  }
  return { limits };
}

/** The merge patch after which *limits* alone are what is set; null takes away what is set there. */
export function patchLimits(
  scope: Scope, name: string, channel: string, limits: Written | null,
): object {
  const none = Object.fromEntries([...NUMBERS, "preset"].map((each) => [each, null]));
  const part = { [name]: { [channel]: limits === null ? null : { ...none, ...limits } } };
  return scope === "device" ? { devices: part } : { profiles: part };
}

/** What is set there now; null where nothing is. */
export function findWritten(site: LimitsOfSite, scope: Scope, name: string, channel: string): Written | null {
  return (scope === "device" ? site.devices : site.profiles)[name]?.[channel] ?? null;
}

/** By channel what is set, and what a device that no model knows has learned where nothing is. */
export function listHeld(limits: DeviceLimits): ReadonlyMap<string, Held> {
  const held = new Map<string, Held>(Object.entries(limits.channels));
  for (const { channel, origin, limit, ...bound } of limits.limits) {
    const known = held.get(channel);
    if (origin === "learned" && (known === undefined || known.origin === "learned")) {
      held.set(channel, { origin, bounds: [...(known?.bounds ?? []), { ...bound, value: limit }] });
    }
  }
  return held;
}

const ORIGINS: Readonly<Record<Held["origin"], string>> = {
  learned: "learned from its own range", device: "set for this device", site: "set for its kind at this site", profile: "of its kind everywhere",
};

/** `alarm above 7.10 mm/s, warning above 4.50 mm/s; back by …, for 3 periods; set for this device`. */
export function describeLimits({ bounds, origin }: Held, unit: string): string {
  const first = bounds[0];
  if (first === undefined) {
    return `none; ${ORIGINS[origin]}`;
  }
  const named = [...bounds].sort((a, b) => b.value - a.value).map((bound) => nameBound(bound, unit));
  return `${named.join(", ")}; for ${count(first.delayPeriods, "period")}; ${ORIGINS[origin]}`;
}

export function nameBound({ level, side, value }: Pick<Bound, "level" | "side" | "value">, unit: string): string {
  return `${level} ${side === "high" ? "above" : "below"} ${withUnit(value, unit)}`;
}

/** As a chart draws and names them. */
export function listLimits(bounds: readonly Bound[]): Limit[] {
  return bounds.map(({ level, side, value }) => (
    { kind: level, title: `${level} ${side === "high" ? "above" : "below"}`, value }
  ));
}

/**
 * What a chart of values from *low* to *high* shows, with the limits that are near: those further
 * away than its height would flatten the line.
 */
export function fitLimits(
  low: number, high: number, bounds: readonly { readonly value: number }[],
): [number, number] {
  const height = Math.max(high - low, Math.abs(high) * 0.05);
  const near = bounds.map(({ value }) => value).filter((value) => value >= low - height && value <= high + height);
  return [Math.min(low, ...near), Math.max(high, ...near)];
}
