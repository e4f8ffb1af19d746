import { expect, test } from "vitest";
import { Clock } from "../src/drawing/format.js";
import { listSensors } from "../src/drawing/sensor_words.js";
import { MOTOR, NOW } from "./samples.js";

const CLOCK = new Clock("UTC");

test("a sensor is told with its steps, its rests and its bad values", () => {
  const device = {
    sensors: { vibration_mm_s: "stuck" },
    habits: { temperature_c: [0, 12, 9, 800, 300, 0.5, null, 1], vibration_mm_s: [40, 22, 20, 800, 300, 0.01, 0.02, 0] },
    badValues: { temperature_c: { value: "NaN", t: NOW, count: 3 } },
  };
  const [temperature, vibration] = listSensors(device, MOTOR, CLOCK, NOW);
  expect(temperature).toMatchObject({
    title: "Winding temperature", state: "working", steps: "0.500\u202f°C, coarser than its kind", rests: "12 readings",
    bad: `3, newest "NaN" at ${CLOCK.time(NOW)}`,
  });
  expect(vibration).toMatchObject({
    state: "stuck", steps: "0.010\u202fmm/s", rests: "22 readings, now for 40", bad: "none",
  });
});

test("what is not known yet is no 0", () => {
  const [row] = listSensors({ sensors: {}, habits: { temperature_c: [0, 0, 0, 0, 0, null, null, 0] }, badValues: {} }, MOTOR, CLOCK, NOW);
  expect(row).toMatchObject({ steps: "not known yet", rests: "not known yet", bad: "none" });
  const fine = listSensors({ sensors: {}, habits: { temperature_c: [0, 1, 9, 800, 300, 2.4e-6, null, 0] }, badValues: {} }, MOTOR, CLOCK, NOW);
  expect(fine[0]).toMatchObject({ steps: "less than 0.001\u202f°C", rests: "1 reading" });
  expect(listSensors({ sensors: {}, habits: {}, badValues: {} }, MOTOR, CLOCK, NOW)[1]).toMatchObject({ steps: "not known yet" });
});
