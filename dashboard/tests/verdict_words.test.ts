import { expect, test } from "vitest";
import { tellVerdict } from "../src/drawing/verdict_words.js";
import type { DeviceVerdict } from "../src/messages/kinds.js";
import { MOTOR } from "./samples.js";

const FEEDBACK = { deviceId: "m-1", applied: false, before: 4, after: 5, factor: 1.25, conflicts: [], effects: [] };
const NORMAL = {
  deviceId: "m-1", applied: false, alertId: "m-1-1", shifts: { vibration_mm_s: 2.01 }, factor: null, readings: 241,
  anomalousBefore: 238, anomalousAfter: 0, conflict: "", rangeRestarts: false,
};
const VERDICT: DeviceVerdict = { deviceId: "m-1", feedback: FEEDBACK, normal: null, error: null };

test("a threshold that fits is told with what it was", () => {
  expect(tellVerdict(VERDICT, MOTOR)).toEqual({ lines: ["The threshold of m-1 would go from 4.00 to 5.00."], fits: true });
  const applied = { ...VERDICT, feedback: { ...FEEDBACK, applied: true } };
  expect(tellVerdict(applied, MOTOR).lines).toEqual(["The threshold of m-1 goes from 4.00 to 5.00."]);
});

test("what does not fit says why, and is not offered", () => {
  const none = { ...VERDICT, feedback: { ...FEEDBACK, after: null, conflicts: ["more than 4 times"] } };
  expect(tellVerdict(none, MOTOR)).toEqual({
    lines: ["The threshold of m-1 stays at 4.00: none fits.", "More than 4 times."], fits: false,
  });
  expect(tellVerdict({ ...VERDICT, feedback: null, error: "it is in no alert" }, MOTOR)).toEqual({
    lines: ["m-1: it is in no alert."], fits: false,
  });
  expect(tellVerdict({ ...VERDICT, feedback: null }, MOTOR).fits).toBe(false);
});

test("a new normal tells how far each channel has moved", () => {
  const { lines, fits } = tellVerdict({ ...VERDICT, feedback: null, normal: NORMAL }, MOTOR);
  expect(fits).toBe(true);
  expect(lines[0]).toContain("m-1 has moved: Vibration by +2.01\u202fmm/s.");
  expect(lines[1]).toBe("Of its newest 241 readings 238 are above the threshold; then it would be 0.");
  const conflict = { ...NORMAL, factor: 1.5, conflict: "a new level does not explain it" };
  const other = tellVerdict({ ...VERDICT, feedback: null, normal: conflict }, MOTOR);
  expect(other.fits).toBe(false);
  expect(other.lines.slice(2)).toEqual([
    "Its threshold rises besides, to 1.50 times that of its kind.", "A new level does not explain it.",
  ]);
});
