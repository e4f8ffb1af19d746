import { expect, test } from "vitest";
import type { DeviceShown } from "../src/messages/kinds.js";
import { Devices, stateOf } from "../src/state/devices.js";
import { NOW, reading } from "./samples.js";

function stored(changes: Partial<DeviceShown> = {}): DeviceShown {
  return {
    ...reading("m-1"), lastT: NOW - 5_000, enqueuedAt: NOW - 5_000, latest: {}, operating: null, limits: null,
    alert: { t: NOW - 9_000 }, modelVersion: "1-test", ...changes,
  } as unknown as DeviceShown;
}

test("a device that a live reading told of first is in alert all the same", () => {
  const devices = new Devices();
  devices.takeReading(reading("m-1", { score: 9 }), NOW);
  devices.takeStored(stored(), NOW);
  const [device] = devices.list();
  expect(device).toMatchObject({ alertSince: NOW - 9_000, modelVersion: "1-test", score: 9, t: NOW });
  expect(device && stateOf(device, NOW)).toBe("alert");
});

test("what came live of an alert is newer than an older answer", () => {
  const devices = new Devices();
  devices.takeReading(reading("m-1"), NOW);
  devices.setAlert("m-1", null);
  devices.takeStored(stored(), NOW);
  expect(devices.byId.get("m-1")).toMatchObject({ alertSince: null, modelVersion: "1-test" });
  devices.setAlert("m-1", NOW);
  devices.takeStored(stored({ alert: null }), NOW);
  expect(devices.byId.get("m-1")?.alertSince).toBe(NOW);
});
