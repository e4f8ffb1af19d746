import { expect, test } from "vitest";
import type { Device } from "../src/state/devices.js";
import { chooseDevices, listRatios, MOST_ASKED } from "../src/state/past.js";
import { Trail, TRAIL_POINTS } from "../src/state/trail.js";
import type { ReadingsShown } from "../src/messages/kinds.js";

function makeDevice(deviceId: string, profile: string, alertSince: number | null = null): Device {
  return { deviceId, profile, alertSince, trail: new Trail() } as unknown as Device;
}

test("what was stored comes before what came live, and nothing twice", () => {
  const trail = new Trail();
  trail.add(0.3, 3_000);
  trail.add(0.4, 4_000);
  trail.addBefore([[1_000, 0.1], [2_000, 0.2], [3_000, 0.3], [4_000, 0.4]]);
  expect(trail.list()).toEqual([0.1, 0.2, 0.3, 0.4]);
  trail.addBefore([[1_000, 0.1]]);
  expect(trail.list()).toEqual([0.1, 0.2, 0.3, 0.4]);
  trail.add(0.5, 5_000);
  expect(trail.list().at(-1)).toBe(0.5);
});

test("a trail takes no more of the past than it has room for, and the newest of it", () => {
  const trail = new Trail();
  trail.add(-1, 1_000_000);
  trail.addBefore(Array.from({ length: 2 * TRAIL_POINTS }, (_, n) => [n, n] as const));
  expect(trail.list()).toHaveLength(TRAIL_POINTS);
  expect(trail.list().slice(-2)).toEqual([2 * TRAIL_POINTS - 1, -1]);
});

test("some devices of each profile are asked for, from all over, and none that is in an alert", () => {
  const many = Array.from({ length: 3 * MOST_ASKED }, (_, n) => makeDevice(`pump-${n}`, "pump"));
  const chosen = chooseDevices([...many, makeDevice("motor-1", "motor"), makeDevice("motor-2", "motor", 7)]);
  expect(chosen.map(({ deviceId }) => deviceId)).toEqual([
    ...Array.from({ length: MOST_ASKED }, (_, n) => `pump-${3 * n}`), "motor-1",
  ]);
});

test("single scores become multiples of the threshold, and minutes of them nothing", () => {
  const shown = {
    resolution: "raw", threshold: 4, series: { score: { t: [1, 2], values: [2, null] } },
  } as unknown as ReadingsShown;
  expect(listRatios(shown)).toEqual([[1, 0.5], [2, Number.NaN]]);
  expect(listRatios({ ...shown, resolution: "minute" })).toEqual([]);
  expect(listRatios({ ...shown, threshold: null })).toEqual([]);
});
