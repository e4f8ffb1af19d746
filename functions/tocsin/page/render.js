// @ts-check
// The fleet as elements of the page. Text goes in as text only; nothing is parsed as HTML.

import { make, write } from "./elements.js";
import { short, stateOf, whyOf } from "./fleet.js";

/**
 * @typedef {import("./fleet.js").Alert} Alert
 * @typedef {import("./fleet.js").Channel} Channel
 * @typedef {import("./fleet.js").Device} Device
 * @typedef {import("./fleet.js").Fleet} Fleet
 * @typedef {import("./work.js").Move} Move
 * @typedef {{row: HTMLTableRowElement, state: HTMLElement, bar: HTMLElement, fill: HTMLElement,
 *   score: HTMLElement, values: HTMLElement, time: HTMLTimeElement, profile: HTMLElement}} Row
 */

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
});

/** @param {number} t ms */
export function clockTime(t) {
  return clock.format(t);
}

/** Shows the devices as rows, changing only what changed. */
export class DeviceTable {
  /** @type {Map<string, Row>} */
  #rows = new Map();
  #body;

  /** @param {HTMLElement} body */
  constructor(body) {
    this.#body = body;
  }

  /**
   * @param {Fleet} fleet
   * @param {number} now ms
   */
  show(fleet, now) {
    if (fleet.devices.size !== this.#rows.size) {
      this.#place(fleet);
    }
    for (const device of fleet.devices.values()) {
      const row = this.#rows.get(device.deviceId);
      if (row !== undefined) {
        fill(row, device, fleet, now);
      }
    }
  }

  /** @param {Fleet} fleet */
  #place(fleet) {
    const rows = fleet.sorted().map((device) => {
      const row = this.#rows.get(device.deviceId) ?? makeRow(device.deviceId);
      this.#rows.set(device.deviceId, row);
      return row;
    });
    for (const deviceId of this.#rows.keys()) {
      if (!fleet.devices.has(deviceId)) {
        this.#rows.delete(deviceId);
      }
    }
    this.#body.replaceChildren(...rows.map(({ row }) => row));
  }
}

/**
 * Shows what happened as a list, adding what is new without touching what is read.
 * @template {{key: string}} Entry
 */
export class Log {
  /** @type {Map<string, HTMLLIElement>} */
  #shown = new Map();
  #list;

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#list = list;
  }

  /**
   * @param {Entry[]} entries newest first
   * @param {(entry: Entry) => HTMLLIElement} makeOf an entry
   */
  show(entries, makeOf) {
    const keys = new Set(entries.map(({ key }) => key));
    for (const [key, element] of this.#shown) {
      if (!keys.has(key)) {
        element.remove();
        this.#shown.delete(key);
      }
    }
    entries.forEach((entry, place) => {
      if (!this.#shown.has(entry.key)) {
        const element = makeOf(entry);
        this.#shown.set(entry.key, element);
        this.#list.insertBefore(element, this.#list.children[place] ?? null);
      }
    });
  }
}

/**
 * @param {string} deviceId
 * @returns {Row}
 */
function makeRow(deviceId) {
  const row = make("tr", "");
  const name = make("th", "name");
  const profile = make("span", "profile");
  name.append(make("span", "device", deviceId), profile);
  name.scope = "row";
  name.setAttribute("role", "rowheader");
  const state = make("span", "state");
  const bar = make("span", "bar");
  const level = make("span", "level");
  const score = make("span", "score");
  bar.append(level);
  bar.setAttribute("role", "meter");
  bar.setAttribute("aria-label", `Score of ${deviceId} against its threshold`);
  const values = make("dl", "values");
  const time = make("time", "time");
  row.setAttribute("role", "row");
  row.dataset["device"] = deviceId;
  row.append(name, cell(state), cell(bar, score), cell(values), cell(time));
  return { row, state, bar, fill: level, score, values, time, profile };
}

/**
 * @param {Row} row
 * @param {Device} device
 * @param {Fleet} fleet
 * @param {number} now ms
 */
function fill(row, device, fleet, now) {
  const profile = fleet.profiles.get(device.profile);
  const state = stateOf(device, now);
  row.row.dataset["state"] = state;
  write(row.state, state);
  row.state.title = whyOf(device);
  write(row.profile, profile?.title ?? device.profile);
  write(row.time, clockTime(device.t));
  row.time.dateTime = new Date(device.t).toISOString();
  fillScore(row, device);
  fillValues(row.values, device, profile?.channels ?? unnamed(device));
}

/**
 * The bar's middle is the threshold, its end twice the threshold.
 * @param {Row} row
 * @param {Device} device
 */
function fillScore(row, device) {
  const { score, threshold } = device;
  write(row.score, score === null ? "–" : `${short(score)} / ${short(threshold)}`);
  const level = score === null || !threshold ? 0 : Math.min(score / threshold / 2, 1);
  row.fill.style.transform = `scaleX(${level.toFixed(3)})`;
  row.bar.setAttribute("aria-valuemin", "0");
  row.bar.setAttribute("aria-valuemax", "2");
  row.bar.setAttribute("aria-valuenow", (level * 2).toFixed(2));
  row.bar.setAttribute("aria-valuetext", row.score.textContent ?? "");
}

/**
 * @param {HTMLElement} list
 * @param {Device} device
 * @param {Channel[]} channels
 */
function fillValues(list, device, channels) {
  const names = channels.map(({ name }) => name).join(" ");
  if (list.dataset["channels"] !== names) {
    list.dataset["channels"] = names;
    list.replaceChildren(...channels.map(makeValue));
  }
  channels.forEach(({ name, low, high }, index) => {
    const value = device.values[name] ?? null;
    const place = list.children[index];
    const number = place?.querySelector(".number");
    if (place instanceof HTMLElement && number instanceof HTMLElement) {
      write(number, short(value));
      const outside = value !== null && (value < low || value > high);
      place.classList.toggle("outside", outside);
      place.title = outside ? `outside what the sensor can show (${low} to ${high})` : "";
    }
  });
}

/** @param {Channel} channel */
function makeValue({ title, unit }) {
  const group = make("div", "value");
  const number = make("dd", "");
  number.append(make("span", "number"), make("span", "unit", unit && `\u202f${unit}`));
  group.append(make("dt", "", title), number);
  return group;
}

/**
 * One task's move, and why.
 * @param {Move} move
 */
export function makeMove(move) {
  const entry = make("li", "move");
  entry.append(
    timeOf(move.t), make("span", "task", move.taskId),
    make("span", "device", `${move.from} → ${move.to}`), make("span", "causes", move.reason),
  );
  return entry;
}

/**
 * Why work moves or does not, a line each; drawn again only when something else is to be said.
 * @param {HTMLElement} place
 * @param {string[]} reasons
 */
export function showReasons(place, reasons) {
  const shown = [...place.children].map(({ textContent }) => textContent);
  if (shown.length !== reasons.length || shown.some((line, index) => line !== reasons[index])) {
    place.replaceChildren(...reasons.map((reason) => make("li", "reason", reason)));
  }
  place.hidden = reasons.length === 0;
}

/** @param {number} t ms */
function timeOf(t) {
  const time = make("time", "time", clockTime(t));
  time.dateTime = new Date(t).toISOString();
  return time;
}

/**
 * @param {Alert} alert
 * @param {Fleet} fleet
 */
export function makeAlert(alert, fleet) {
  const entry = make("li", alert.type);
  const scores = alert.score === null ? "" : `${short(alert.score)} / ${short(alert.threshold)}`;
  entry.append(
    timeOf(alert.t), make("span", "state", alert.type), make("span", "device", alert.deviceId),
    make("span", "score", scores), make("span", "causes", causes(alert, fleet)),
  );
  return entry;
}

/**
 * @param {Alert} alert
 * @param {Fleet} fleet
 */
function causes(alert, fleet) {
  const channels = fleet.profiles.get(alert.profile)?.channels ?? [];
  if (alert.limit !== "") {
    return alert.limit;
  }
  return alert.contributions
    .map(({ channel, share }) => {
      const title = channels.find(({ name }) => name === channel)?.title ?? channel;
      return `${title} ${Math.round(share * 100)}\u202f%`;
    })
    .join(" · ");
}

/**
 * Channels of a device whose profile is not known: their names stand for themselves.
 * @param {Device} device
 * @returns {Channel[]}
 */
function unnamed(device) {
  return Object.keys(device.values).map((name) => (
    { name, title: name, unit: "", low: -Infinity, high: Infinity }
  ));
}

/** @param {HTMLElement[]} content */
function cell(...content) {
  const element = make("td", "");
  element.setAttribute("role", "cell");
  element.append(...content);
  return element;
}
