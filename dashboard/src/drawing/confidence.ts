/** How far a model can be relied on now, from its own calibrated scores. Pure. */
import type { Profile } from "../messages/kinds.js";
import type { Alert } from "../state/alerts.js";
import { ratioOf, type Device } from "../state/devices.js";
import type { Point } from "../state/trail.js";
import { percent, short } from "./format.js";

type Span = Pick<Alert, "t" | "clearedAt" | "open">;

export type ModelStatus = "stable" | "caution" | "critical";

export interface Confidence {
  /** Share of the newest scores of its devices that lie below the threshold; null without scores. */
  readonly share: number | null;
  readonly scores: number;
  readonly devices: number;
}

/** Below this share a model calls so much odd that its calibration does not hold. */
export const CAUTION_BELOW = 0.99;
export const CRITICAL_BELOW = 0.9;
/** Of fewer scores a single one above the threshold would already be a share below CAUTION_BELOW. */
export const ENOUGH_SCORES = 100;

/** Points beside an alert that belong to it: a fault is called after a while, and stays in the windows for another. */
const EDGE = 12;

/**
 * A threshold is calibrated so that next to no score of normal running lies above it. So of devices
 * that are in no alert next to all scores should lie below: how many do is the confidence. What their
 * alerts called odd before speaks for the model, and is left out.
 */
export function findConfidence(devices: Iterable<Device>, profile: string, alerts: readonly Alert[]): Confidence {
  let [below, scores, sound] = [0, 0, 0];
  for (const device of devices) {
    if (device.profile !== profile || device.alertSince !== null || Number.isNaN(ratioOf(device))) {
      continue;
    }
    const known = leaveOutAlerts(device.trail.points(), alerts.filter(({ deviceId }) => deviceId === device.deviceId))
      .filter((ratio) => !Number.isNaN(ratio));
    below += known.filter((ratio) => ratio <= 1).length;
    scores += known.length;
    sound += 1;
  }
  return { share: scores === 0 ? null : below / scores, scores, devices: sound };
}

/** The ratios of *points*, the oldest first, that no alert called, and that are not next to one. */
function leaveOutAlerts(points: readonly Point[], alerts: readonly Span[]): number[] {
  const ratios = points.map(([, ratio]) => ratio);
  if (alerts.length === 0) {
    return ratios;
  }
  // An alert may be over between two points: those on either side of it are its own.
  const called = points.map((_, place) => {
    const [before = -Infinity] = points[place - 1] ?? [];
    const [after = Infinity] = points[place + 1] ?? [];
    // One that its device left without clearing it was over at no known time.
    return alerts.some(({ t, clearedAt, open }) => after >= t && before <= (clearedAt ?? (open ? Infinity : t)));
  });
  const later = spread(called, ratios);
  const earlier = spread(called.toReversed(), ratios.toReversed()).reverse();
  return ratios.filter((_, place) => !later[place] && !earlier[place]);
}

/** What was called and EDGE points after it; those that are odd without a break do not count among these. */
function spread(called: readonly boolean[], ratios: readonly number[]): boolean[] {
  let left = 0;
  return called.map((is, place) => {
    const isOdd = (ratios[place] ?? 0) > 1;
    left = is ? EDGE + 1 : left > 0 && isOdd ? left : left - 1;
    return left > 0;
  });
}

export interface Judgement {
  readonly status: ModelStatus;
  /** Why, in sentences. */
  readonly reasons: readonly string[];
}

type Finding = readonly [ModelStatus, string];

/** The worst of what is known of a model, with each reason that is not good. */
export function judgeModel(profile: Profile, confidence: Confidence): Judgement {
  const found = [...judgeBundle(profile.model), ...judgeScores(confidence), ...judgeDrift(profile.drift)];
  const order: readonly ModelStatus[] = ["critical", "caution"];
  const status = order.find((each) => found.some(([word]) => word === each)) ?? "stable";
  const reasons = found.map(([, reason]) => reason);
  return { status, reasons: reasons.length > 0 ? reasons : ["Nothing speaks against it."] };
}

function judgeBundle({ version, refused }: Profile["model"]): Finding[] {
  const found: Finding[] = [];
  if (version === null) {
    found.push(["critical", "No bundle is in use: its devices are not scored."]);
  }
  if (refused !== null) {
    found.push(["critical", `The bundle that is active now is refused: ${refused}.`]);
  }
  return found;
}

function judgeScores({ share, scores }: Confidence): Finding[] {
  if (share === null || share >= CAUTION_BELOW) {
    return [];
  }
  if (scores < ENOUGH_SCORES) {
    return [["stable", `Not all of its scores lie below the threshold, but there are too few to judge by: ${scores}.`]];
  }
  return [[share < CRITICAL_BELOW ? "critical" : "caution",
    `Only ${percent(share, 1)} of ${scores} scores that no alert called lie below the threshold.`]];
}

function judgeDrift(drift: Profile["drift"]): Finding[] {
  if (drift?.state === "drifted" || drift?.state === "watch") {
    return [[drift.state === "drifted" ? "critical" : "caution",
      `Its devices have moved away from what it was made on: drift ${short(drift.figure)}, most in ${drift.largest ?? "the score"}.`]];
  }
  return drift?.state === "unknown" ? [["caution", `Drift is not known: ${drift.reason ?? "no reason is given"}.`]] : [];
}

/** How many alerts of a profile were raised in each hour of the last day, the oldest first. */
export function countByHour(alerts: readonly { t: number; profile: string }[], profile: string, now: number): number[] {
  const counts = Array.from({ length: 24 }, () => 0);
  for (const alert of alerts) {
    const hoursAgo = Math.floor((now - alert.t) / 3_600_000);
    if (alert.profile === profile && hoursAgo >= 0 && hoursAgo < 24) {
      counts[23 - hoursAgo] = (counts[23 - hoursAgo] ?? 0) + 1;
    }
  }
  return counts;
}
