import { expect, test } from "vitest";
import { countByHour, findConfidence, judgeModel, type Confidence } from "../src/drawing/confidence.js";
import type { Profile } from "../src/messages/kinds.js";
import type { Alert } from "../src/state/alerts.js";
import { Site } from "../src/state/site.js";
import { alert, MOTOR, NOW, reading, telemetry } from "./samples.js";

function siteOf(...scores: readonly number[]): Site {
  const site = new Site();
  scores.forEach((score, n) => {
    site.apply(telemetry(reading("m-1", { t: NOW + n, score, anomalous: score > 4 })), NOW);
  });
  return site;
}

const PROFILE: Profile = { ...MOTOR, model: { version: "1", activatedAt: null, refused: null }, drift: null };
const SURE = { share: 1, scores: 900, devices: 10 };

test("confidence is the share of scores below the threshold, of devices that are in no alert", () => {
  const site = siteOf(1, 2, 3, 9);
  expect(findConfidence(site.devices.byId.values(), "motor", [])).toEqual({ share: 0.75, scores: 4, devices: 1 });
  expect(findConfidence(site.devices.byId.values(), "pump", []).share).toBeNull();
  site.apply({ type: "alert", siteId: "north", alert: alert("m-1") }, NOW);
  expect(findConfidence(site.devices.byId.values(), "motor", []).share).toBeNull();
});

function calledOf(from: number, to: number | null): Pick<Alert, "t" | "clearedAt" | "open" | "deviceId"> {
  return { deviceId: "m-1", t: NOW + from, clearedAt: to === null ? null : NOW + to, open: false };
}

function confidenceOf(scores: readonly number[], ...called: readonly ReturnType<typeof calledOf>[]): Confidence {
  return findConfidence(siteOf(...scores).devices.byId.values(), "motor", called as unknown as Alert[]);
}

const WELL = Array.from({ length: 40 }, () => 1);

test("what an alert called is no reason to doubt a model, nor what led to it and came after it", () => {
  const scores = [...WELL, 9, 9, 9, 9, 1, 9, 1, ...WELL];
  expect(confidenceOf(scores).share).toBeLessThan(0.95);
  expect(confidenceOf(scores, calledOf(42, 45))).toEqual({ share: 1, scores: 2 * (40 - 12), devices: 1 });
  // As one that lasted no longer than from one live message to the next.
  expect(confidenceOf([...WELL, 9, ...WELL], calledOf(40.2, 40.4)).share).toBe(1);
});

test("a long excursion that ends in an alert belongs to it as a whole", () => {
  expect(confidenceOf([...WELL, ...WELL.map(() => 9), ...WELL], calledOf(78, 79))).toMatchObject({ share: 1 });
});

test("an alert that ended without clearing calls what was around its beginning alone", () => {
  expect(confidenceOf([9, 9, ...WELL, ...WELL, 9], calledOf(1, null))).toMatchObject({ scores: 83 - 2 - 12 - 1 });
  expect(confidenceOf([9, 9, ...WELL, ...WELL, 9], calledOf(1, null)).share).toBeLessThan(1);
});

test("what no alert called counts, however near in time that of another device was", () => {
  const scores = [...WELL, ...WELL, 9, 9, 9, 9];
  expect(confidenceOf(scores, calledOf(20, 21)).share).toBeLessThan(0.95);
  expect(confidenceOf(scores, { ...calledOf(80, 83), deviceId: "m-2" })).toEqual(confidenceOf(scores));
});

test("a model of which nothing bad is known is stable", () => {
  expect(judgeModel(PROFILE, SURE)).toEqual({ status: "stable", reasons: ["Nothing speaks against it."] });
  expect(judgeModel(PROFILE, { share: null, scores: 0, devices: 0 }).status).toBe("stable");
});

test("a few scores are too few to call a model unsound", () => {
  const few = judgeModel(PROFILE, { share: 0.5, scores: 2, devices: 2 });
  expect(few.status).toBe("stable");
  expect(few.reasons).toEqual(["Not all of its scores lie below the threshold, but there are too few to judge by: 2."]);
  expect(judgeModel(PROFILE, { share: 0.5, scores: 100, devices: 2 }).status).toBe("critical");
});

test.each([
  [{ model: { version: null, activatedAt: null, refused: null } }, SURE, "critical", "No bundle"],
  [{ model: { version: "1", activatedAt: null, refused: "it is not signed" } }, SURE, "critical", "not signed"],
  [{}, { ...SURE, share: 0.95 }, "caution", "Only 95.0"],
  [{}, { ...SURE, share: 0.5 }, "critical", "Only 50.0"],
  [{ drift: { state: "watch", figure: 0.2, largest: "vibration_mm_s" } }, SURE, "caution", "vibration_mm_s"],
  [{ drift: { state: "drifted", figure: 0.4, largest: null } }, SURE, "critical", "the score"],
  [{ drift: { state: "unknown", reason: "too few readings" } }, SURE, "caution", "too few readings"],
])("what speaks against a model is named (%#)", (changes, confidence, status, reason) => {
  const judged = judgeModel({ ...PROFILE, ...changes } as unknown as Profile, confidence);
  expect(judged.status).toBe(status);
  expect(judged.reasons.join(" ")).toContain(reason);
});

test("alerts are counted by hour, the newest last", () => {
  const hour = 3_600_000;
  const counts = countByHour([
    { t: NOW - 1, profile: "motor" }, { t: NOW - hour - 1, profile: "motor" }, { t: NOW - 25 * hour, profile: "motor" },
    { t: NOW - 1, profile: "pump" },
  ], "motor", NOW);
  expect(counts.slice(22)).toEqual([1, 1]);
  expect(counts.reduce((sum, count) => sum + count)).toBe(2);
});
