/** What is known of each device of a site. Pure: no document, no clock, no network. */
import type { DeviceShown, LiveReading } from "../messages/kinds.js";
import { compareNames } from "./names.js";
import { Trail } from "./trail.js";

export const MOST_DEVICES = 2_000;

export type StateWord =
  "alert" | "odd" | "normal" | "off" | "starting" | "idle" | "warming up" | "not scored" | "silent";

/** From what needs a person most to what needs none. */
export const STATE_WORDS: readonly StateWord[] = [
  "alert", "odd", "silent", "not scored", "warming up", "starting", "idle", "off", "normal",
];

export interface Device {
  readonly deviceId: string;
  readonly profile: string;
  /** Event time of the newest reading, ms. */
  readonly t: number;
  /** When the hub took that reading, ms: a device's own clock may be wrong. */
  readonly enqueuedAt: number;
  /** When it was last heard of, ms. */
  readonly seenAt: number;
  /** After how long without a word it counts as silent, ms. */
  readonly silentAfterMs: number;
  /** Whether it is off, idle, starting or running; null where nobody knows. */
  readonly state: LiveReading["state"];
  /** Why it has no score, as a word for programs; empty where it has one. */
  readonly notScored: string;
  /** What people should know of it, in words: why it has no score, what is odd with its clock. */
  readonly remarks: readonly string[];
  readonly values: Readonly<Record<string, number | null>>;
  readonly score: number | null;
  readonly threshold: number | null;
  readonly anomalous: boolean;
  /** `missing` or `stuck`, by channel. */
  readonly sensors: Readonly<Record<string, string>>;
  /** Event time at which the alert that it is in was raised, ms. */
  readonly alertSince: number | null;
  readonly modelVersion: string | null;
  readonly trail: Trail;
}

export class Devices {
  readonly byId = new Map<string, Device>();
  /** Those over MOST_DEVICES are counted, not kept. */
  readonly beyond = new Set<string>();
  /** Those of which live readings alone told, which do not say whether it is in alert, nor its model. */
  readonly #unread = new Set<string>();
  /** Sorted once for each new device: names are slow to compare, and a site is drawn all the time. */
  #ids: readonly string[] = [];

  /** Each device, in the order of the names. */
  list(): Device[] {
    if (this.#ids.length !== this.byId.size) {
      this.#ids = [...this.byId.keys()].sort(compareNames);
    }
    return this.#ids.flatMap((id) => this.byId.get(id) ?? []);
  }

  /** Take over a stored state, where it is newer than what is known. */
  takeStored(shown: DeviceShown, now: number): void {
    const known = this.byId.get(shown.deviceId);
    const alertSince = alertSinceOf(shown);
    if (known !== undefined && shown.enqueuedAt < known.enqueuedAt) {
      const since = this.#unread.delete(shown.deviceId) ? alertSince : known.alertSince;
      this.byId.set(shown.deviceId, { ...known, alertSince: since, modelVersion: known.modelVersion ?? shown.modelVersion });
      return;
    }
    this.#unread.delete(shown.deviceId);
    this.#put({
      deviceId: shown.deviceId, profile: shown.profile, t: shown.lastT,
      seenAt: Math.min(shown.enqueuedAt, now), values: shown.latest, score: shown.score,
      threshold: shown.threshold, anomalous: shown.anomalous, sensors: shown.sensors,
      alertSince, modelVersion: shown.modelVersion, trail: known?.trail ?? new Trail(),
      state: shown.operating?.state ?? null, ...remarksOf(shown),
    }, known);
  }

  /** Take over a live reading; a late one tells nothing of now. */
  takeReading(reading: LiveReading, now: number): void {
    const known = this.byId.get(reading.deviceId);
    if (known !== undefined && reading.enqueuedAt < known.enqueuedAt) {
      return;
    }
    if (known === undefined) {
      this.#unread.add(reading.deviceId);
    }
    this.#put({
      deviceId: reading.deviceId, profile: reading.profile, t: reading.t, seenAt: now,
      values: reading.values, score: reading.score, threshold: reading.threshold,
      anomalous: reading.anomalous, sensors: reading.sensors,
      alertSince: known?.alertSince ?? null, modelVersion: known?.modelVersion ?? null,
      trail: known?.trail ?? new Trail(), state: reading.state, ...remarksOf(reading),
    }, known);
  }

  /** Say that a device entered an alert at event time *since*, or left it (null). */
  setAlert(deviceId: string, since: number | null): void {
    const known = this.byId.get(deviceId);
    if (known !== undefined) {
      this.#unread.delete(deviceId); // what is stored may be older
      this.byId.set(deviceId, { ...known, alertSince: since });
    }
  }

  #put(device: Device, known: Device | undefined): void {
    if (known === undefined && this.byId.size >= MOST_DEVICES) {
      this.beyond.add(device.deviceId);
      return;
    }
    if (known?.t !== device.t || device.trail.length === 0) {
      device.trail.add(ratioOf(device), device.t);
    }
    this.byId.set(device.deviceId, device);
  }
}

function remarksOf(
  { enqueuedAt, silentAfterMs, notScored, remarks }:
  Pick<LiveReading, "enqueuedAt" | "silentAfterMs" | "notScored" | "remarks">,
): Pick<Device, "enqueuedAt" | "silentAfterMs" | "notScored" | "remarks"> {
  const why = notScored === null ? [] : [notScored.text];
  return { enqueuedAt, silentAfterMs, notScored: notScored?.reason ?? "", remarks: [...why, ...remarks] };
}

/** Score as a multiple of the threshold; NaN where there is none. */
export function ratioOf(device: Pick<Device, "score" | "threshold">): number {
  const { score, threshold } = device;
  return score === null || !threshold ? Number.NaN : score / threshold;
}

export function stateOf(device: Device, now: number): StateWord {
  if (device.alertSince !== null) {
    return "alert";
  }
  if (device.state === "off") {
    return "off"; // a machine that is switched off may say nothing for a weekend
  }
  if (now - device.seenAt > device.silentAfterMs) {
    return "silent";
  }
  if (device.notScored === "starting" || device.notScored === "idle") {
    return device.notScored;
  }
  if (device.score === null) {
    return ["", "warming-up"].includes(device.notScored) ? "warming up" : "not scored";
  }
  return device.anomalous ? "odd" : "normal";
}

/** When the first of its alerts was raised: that of the model, or of a limit that was passed. */
function alertSinceOf(shown: DeviceShown): number | null {
  const passed = Object.values(shown.limits ?? {}).flatMap(({ raisedT }) => raisedT ?? []);
  return shown.alert?.t ?? (passed.length > 0 ? Math.min(...passed) : null);
}
