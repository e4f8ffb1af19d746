import { expect, test } from "vitest";
import { countByHour, findConfidence, judgeModel } from "../src/drawing/confidence.js";
import type { Profile } from "../src/messages/kinds.js";
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
  expect(findConfidence(site.devices.byId.values(), "motor")).toEqual({ share: 0.75, scores: 4, devices: 1 });
  expect(findConfidence(site.devices.byId.values(), "pump").share).toBeNull();
  site.apply({ type: "alert", siteId: "north", alert: alert("m-1") }, NOW);
  expect(findConfidence(site.devices.byId.values(), "motor").share).toBeNull();
});

test("a model of which nothing bad is known is stable", () => {
  expect(judgeModel(PROFILE, SURE)).toEqual({ status: "stable", reasons: ["Nothing speaks against it."] });
  expect(judgeModel(PROFILE, { share: null, scores: 0, devices: 0 }).status).toBe("stable");
});

test("a few scores are too few to call a model unsound", () => {
  const few = judgeModel(PROFILE, { share: 0.5, scores: 2, devices: 2 });
  expect(few.status).toBe("stable");
  expect(few.reasons).toEqual(["Not all of its scores lie below the threshold, but 2 scores are too few to judge by."]);
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
