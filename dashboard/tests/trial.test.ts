import { expect, test } from "vitest";
import { countRows, rangeOf, readColumns, shiftColumns } from "../src/drawing/trial.js";
import type { Channel, ReadingsShown } from "../src/messages/kinds.js";
import { MOTOR } from "./samples.js";

const SHOWN = {
  series: {
    temperature_c: { t: [1, 2, 3], values: [40, 41, null] }, vibration_mm_s: { t: [2, 3, 4], values: [1, 2, 3] },
    score: { t: [1, 2, 3, 4, 5], values: [1, 1, 1, 1, 1] },
  },
} as unknown as ReadingsShown;
const [TEMPERATURE, VIBRATION] = MOTOR.channels;

test("readings are taken as rows, with what is missing as null", () => {
  const columns = readColumns(SHOWN, MOTOR, 3);
  expect(Object.fromEntries(columns)).toEqual({ temperature_c: [41, null, null], vibration_mm_s: [1, 2, 3] });
  expect(countRows(columns)).toBe(3);
  expect(countRows(readColumns({ ...SHOWN, series: {} }, MOTOR, 3))).toBe(0);
});

test("a channel is moved over the last readings, and what is missing stays missing", () => {
  const columns = readColumns(SHOWN, MOTOR, 9);
  expect(shiftColumns(columns, { temperature_c: 10, vibration_mm_s: -1 }, 2))
    .toEqual({ temperature_c: [40, 41, null, null], vibration_mm_s: [null, 1, 1, 2] });
});

test("a slider stays within what its channel can show, with its value in between", () => {
  const columns = readColumns(SHOWN, MOTOR, 9);
  for (const channel of [TEMPERATURE, VIBRATION]) {
    if (channel === undefined) {
      throw new Error("the motor has two channels");
    }
    const { low, high, now } = rangeOf(channel, columns);
    expect(low).toBeGreaterThanOrEqual(channel.low);
    expect(high).toBeLessThanOrEqual(channel.high);
    expect(now === null || (low < now && now < high)).toBe(true);
  }
  const unknown: Channel = { name: "none", title: "", unit: "", low: 0, high: 1, role: "measurement", error_values: [], limits: null, unsteady: null, resolution: 0 };
  expect(rangeOf(unknown, columns).now).toBeNull();
});
