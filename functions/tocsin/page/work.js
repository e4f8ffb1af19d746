// @ts-check
// What the page knows of a site's plans. Pure: no document, no clock, no network.

import { isRecord, list, number, text } from "./json.js";

export const MAX_MOVES = 100;

/**
 * @typedef {{
 *   key: string, t: number, version: number, taskId: string, from: string, to: string, reason: string,
 * }} Move
 * @typedef {{version: number, t: number, cause: string, devices: number, confirmed: number,
 *   failed: string[]}} Plan
 */

export class Work {
  /** Newest first. @type {Move[]} */
  moves = [];
  /** The newest plan. @type {Plan | null} */
  plan = null;
  /** Why work moves or does not, in words, by the last run. @type {string[]} */
  reasons = [];
  /** Whether the optimiser is paused; null while that is not known. @type {boolean | null} */
  paused = null;

  /** @param {unknown} answer of GET /api/plans/latest */
  setLatest(answer) {
    if (isRecord(answer)) {
      this.#take(answer["plan"]);
      this.#setStanding(answer["standing"]);
    }
  }

  /** @param {unknown} answer of GET or PATCH /api/settings/optimiser */
  setOptimiser(answer) {
    if (isRecord(answer) && typeof answer["paused"] === "boolean") {
      this.paused = answer["paused"];
    }
  }

  /** @param {unknown} message a live one (docs/formats.md); what is no plan or setting is left out */
  apply(message) {
    if (!isRecord(message)) {
      return;
    }
    if (message["type"] === "plan") {
      this.#take(message["plan"]);
    } else if (message["type"] === "standing") {
      this.#setStanding(message["standing"]);
    } else if (message["type"] === "settings" && message["kind"] === "optimiser") {
      this.setOptimiser(message["setting"]);
    }
  }

  /** @param {unknown} standing what the last run found */
  #setStanding(standing) {
    if (isRecord(standing)) {
      this.reasons = list(standing, "notes").map(text).filter((note) => note !== "");
    }
  }

  /** @param {unknown} document */
  #take(document) {
    const plan = asPlan(document);
    if (plan === null || !isRecord(document)) {
      return;
    }
    if (this.plan === null || plan.version >= this.plan.version) {
      this.plan = plan;
    }
    const known = new Set(this.moves.map(({ key }) => key));
    const moves = list(document, "migrations").filter(isRecord).map((one) => asMove(one, plan));
    const fresh = moves.filter(({ key }) => !known.has(key));
    this.moves = [...fresh, ...this.moves].sort((a, b) => b.version - a.version);
    this.moves.length = Math.min(this.moves.length, MAX_MOVES);
  }
}

/**
 * The newest plan in a line.
 * @param {Plan | null} plan
 */
export function planLine(plan) {
  if (plan === null) {
    return "No plan was carried out yet.";
  }
  const parts = [`Plan ${plan.version}`, plan.cause];
  if (plan.devices > 0) {
    parts.push(`${plan.confirmed} of ${plan.devices} devices confirmed`);
  }
  if (plan.failed.length > 0) {
    parts.push(`not obeyed by ${plan.failed.join(", ")}`);
  }
  return parts.filter((part) => part !== "").join(" · ");
}

/**
 * @param {unknown} document
 * @returns {Plan | null}
 */
function asPlan(document) {
  const version = isRecord(document) ? number(document["version"]) : null;
  if (!isRecord(document) || version === null) {
    return null;
  }
  const cause = isRecord(document["cause"]) ? document["cause"] : {};
  const deliveries = isRecord(document["deliveries"]) ? Object.entries(document["deliveries"]) : [];
  /** @param {string} state */
  const inState = (state) => deliveries.filter(([, one]) => isRecord(one) && one["state"] === state);
  return {
    version,
    t: number(document["createdAt"]) ?? 0,
    cause: text(cause["text"]) || (cause["kind"] === "timer" ? "by the clock" : ""),
    devices: deliveries.length - inState("superseded").length,
    confirmed: inState("confirmed").length,
    failed: inState("failed").map(([name]) => name),
  };
}

/**
 * @param {Record<string, unknown>} one
 * @param {Plan} plan
 * @returns {Move}
 */
function asMove(one, { version, t }) {
  const taskId = text(one["taskId"]);
  const from = text(one["from"]) || "nowhere";
  const reason = text(one["reason"]);
  return { key: `${version} ${taskId}`, t, version, taskId, from, to: text(one["to"]), reason };
}
