// @ts-check
// What the page knows of a site's devices and alerts. Pure: no document, no clock, no network.

import { isRecord, list, number, numbers, text } from "./json.js";

export const MAX_DEVICES = 1000;
export const MAX_ALERTS = 100;
export const SILENT_AFTER_MS = 30_000;

/**
 * @typedef {{name: string, title: string, unit: string, low: number, high: number}} Channel
 * @typedef {{name: string, title: string, channels: Channel[]}} Profile
 * @typedef {"alert" | "odd" | "normal" | "off" | "starting" | "idle" | "warming up" | "not scored"
 *   | "silent"} StateWord
 * @typedef {{
 *   deviceId: string, profile: string, t: number, enqueuedAt: number, seenAt: number,
 *   silentAfterMs: number, state: string, notScored: string, why: string, remarks: string[],
 *   values: Record<string, number | null>, score: number | null, threshold: number | null,
 *   anomalous: boolean, alerting: boolean,
 * }} Device
 * @typedef {{channel: string, share: number}} Contribution
 * @typedef {{
 *   key: string, type: "raised" | "cleared", deviceId: string, profile: string, t: number,
 *   enqueuedAt: number,
 *   score: number | null, threshold: number | null, contributions: Contribution[], limit: string,
 * }} Alert
 */

export class Fleet {
  /** @type {Map<string, Device>} */
  devices = new Map();
  /** Newest first. @type {Alert[]} */
  alerts = [];
  /** @type {Map<string, Profile>} */
  profiles = new Map();
  messages = 0;
  /** Devices beyond MAX_DEVICES, which are counted but not kept. @type {Set<string>} */
  beyond = new Set();

  /** @param {unknown} answer of GET /api/profiles */
  setProfiles(answer) {
    for (const one of list(answer, "profiles").filter(isRecord)) {
      const channels = list(one, "channels").filter(isRecord).map(asChannel);
      const name = text(one["name"]);
      this.profiles.set(name, { name, title: text(one["title"]) || name, channels });
    }
  }

  /**
   * Take over the latest state of each device, where it is newer than what is known.
   * @param {unknown} answer of GET /api/devices
   * @param {number} now ms
   */
  setDevices(answer, now) {
    for (const one of list(answer, "devices").filter(isRecord)) {
      const alert = isRecord(one["alert"]) ? one["alert"] : null;
      const seen = { ...one, t: one["lastT"], values: one["latest"] };
      const heardAt = number(one["enqueuedAt"]) ?? number(one["lastT"]) ?? now;
      const device = this.#update(seen, Math.min(heardAt, now));
      if (device !== null) {
        device.alerting = alert !== null;
      }
      if (alert !== null) {
        this.#addAlert({ ...one, type: "raised", t: one["lastT"], ...alert });
      }
    }
  }

  /**
   * Take over the alerts that are not known yet: those from before, and those that were missed.
   * @param {unknown} answer of GET /api/alerts
   */
  addAlerts(answer) {
    for (const raised of list(answer, "alerts").filter(isRecord).reverse()) {
      this.#addAlert(raised);
      if (number(raised["clearedAt"]) !== null) {
        this.#addAlert({ ...raised, type: "cleared", t: raised["clearedAt"], contributions: {} });
      }
    }
  }

  /**
   * Take a live message (docs/formats.md); what is malformed or unknown is left out.
   * @param {unknown} message
   * @param {number} now ms
   */
  apply(message, now) {
    if (!isRecord(message)) {
      return;
    }
    this.messages += 1;
    if (message["type"] === "telemetry") {
      for (const one of list(message, "devices").filter(isRecord)) {
        this.#update(one, now);
      }
    } else if (message["type"] === "alert" && isRecord(message["alert"])) {
      this.#addAlert(message["alert"]);
    }
  }

  /** @returns {Device[]} by id */
  sorted() {
    return [...this.devices.values()].sort((a, b) => collator.compare(a.deviceId, b.deviceId));
  }

  /**
   * @param {Record<string, unknown>} seen
   * @param {number} seenAt
   * @returns {Device | null}
   */
  #update(seen, seenAt) {
    const deviceId = text(seen["deviceId"]);
    const t = number(seen["t"]);
    if (deviceId === "" || t === null) {
      return null;
    }
    const known = this.devices.get(deviceId);
    if (known === undefined && this.devices.size >= MAX_DEVICES) {
      this.beyond.add(deviceId);
      return null;
    }
    // The hub's time orders what is told of a device; its own clock may have been put back.
    const enqueuedAt = number(seen["enqueuedAt"]) ?? t;
    if (known !== undefined && enqueuedAt < known.enqueuedAt) {
      return known; // overtaken on the way
    }
    const alerting = known?.alerting ?? false;
    const device = { deviceId, t, enqueuedAt, seenAt, alerting, ...describe(seen) };
    this.devices.set(deviceId, device);
    return device;
  }

  /** @param {Record<string, unknown>} document */
  #addAlert(document) {
    const deviceId = text(document["deviceId"]);
    const t = number(document["t"]);
    const type = document["type"];
    if (deviceId === "" || t === null || (type !== "raised" && type !== "cleared")) {
      return;
    }
    const key = `${text(document["alertId"]) || deviceId} ${t} ${type}`;
    if (this.alerts.some((alert) => alert.key === key)) {
      return; // delivered twice
    }
    const alert = {
      key,
      type,
      deviceId,
      profile: text(document["profile"]),
      t,
      enqueuedAt: number(document["enqueuedAt"]) ?? t,
      score: number(document["score"]),
      threshold: number(document["threshold"]),
      contributions: contributions(document["contributions"]),
      limit: describeLimit(document["limit"]),
    };
    const others = this.alerts.filter((other) => other.deviceId === deviceId);
    const device = this.devices.get(deviceId);
    // A device beyond a limit is on the list; its state is what the model says of it.
    const ofModel = !isRecord(document["limit"]);
    if (ofModel && device !== undefined && others.every((other) => other.enqueuedAt <= alert.enqueuedAt)) {
      device.alerting = type === "raised";
    }
    const place = this.alerts.findIndex((other) => other.t <= t);
    this.alerts.splice(place === -1 ? this.alerts.length : place, 0, /** @type {Alert} */ (alert));
    this.alerts.length = Math.min(this.alerts.length, MAX_ALERTS);
  }
}

/**
 * One word for how a device is.
 * @param {Device} device
 * @param {number} now ms
 * @returns {StateWord}
 */
export function stateOf(device, now) {
  if (device.alerting) {
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

/**
 * What there is to say of how a device is, beside the word for it.
 * @param {Device} device
 */
export function whyOf(device) {
  return [device.why, ...device.remarks].filter((part) => part !== "").join("; ");
}

/**
 * A number short enough for a table, with as many digits as a reader can use.
 * @param {number | null | undefined} value
 */
export function short(value) {
  if (value === null || value === undefined) {
    return "–";
  }
  const size = Math.abs(value);
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3;
  return value.toFixed(digits);
}

const collator = new Intl.Collator("en", { numeric: true });

/**
 * The channels that make up most of a score, the largest first.
 * @param {unknown} value shares by channel
 * @returns {Contribution[]}
 */
function contributions(value) {
  if (!isRecord(value)) {
    return [];
  }
  return Object.entries(value)
    .map(([channel, share]) => ({ channel, share: number(share) ?? 0 }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .slice(0, 3);
}

/**
 * Such as `vibration_mm_s 7.9 mm/s above the alarm at 7.1 mm/s`; empty where no limit was passed.
 * @param {unknown} value
 */
function describeLimit(value) {
  if (!isRecord(value)) {
    return "";
  }
  const side = value["side"] === "high" ? "above" : "below";
  const unit = text(value["unit"]);
  const is = number(value["value"]) === null ? "" : ` ${number(value["value"])} ${unit}`;
  const at = number(value["limit"]) === null ? "" : ` at ${number(value["limit"])} ${unit}`;
  return `${text(value["channel"])}${is} ${side} the ${text(value["level"])}${at}`;
}

/**
 * @param {Record<string, unknown>} one
 * @returns {Channel}
 */
function asChannel(one) {
  const name = text(one["name"]);
  return {
    name,
    title: text(one["title"]) || name,
    unit: text(one["unit"]),
    low: number(one["low"]) ?? -Infinity,
    high: number(one["high"]) ?? Infinity,
  };
}

/**
 * What a device said of itself in its newest message.
 * @param {Record<string, unknown>} seen
 */
function describe(seen) {
  const notScored = isRecord(seen["notScored"]) ? seen["notScored"] : {};
  return {
    profile: text(seen["profile"]),
    silentAfterMs: number(seen["silentAfterMs"]) ?? SILENT_AFTER_MS,
    state: text(isRecord(seen["operating"]) ? seen["operating"]["state"] : seen["state"]),
    notScored: text(notScored["reason"]),
    why: text(notScored["text"]),
    remarks: list(seen, "remarks").map(text).filter((remark) => remark !== ""),
    values: isRecord(seen["values"]) ? numbers(seen["values"]) : {},
    score: number(seen["score"]),
    threshold: number(seen["threshold"]),
    anomalous: seen["anomalous"] === true,
  };
}
