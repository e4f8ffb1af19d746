import { expect, test } from "vitest";
import {
  describeLimits, findWritten, fitLimits, listHeld, patchLimits, readLimits, writeLimits, type Held, type LimitForm,
} from "../src/drawing/limits.js";
import type { DeviceLimits, LimitsOfSite } from "../src/messages/kinds.js";

const EMPTY: LimitForm = readLimits(undefined);
const IN_FORCE: Held = {
  origin: "site",
  bounds: [
    { side: "high", level: "warning", value: 60, hysteresis: 3, delayPeriods: 3 },
    { side: "high", level: "alarm", value: 80, hysteresis: 4, delayPeriods: 3 },
  ],
};

test("what is read and written again is the same, also a limit of 0", () => {
  for (const written of [{ warningHigh: 60, alarmHigh: 80, hysteresis: 2 }, { preset: "iso20816-3/group1/rigid" }, { alarmLow: 0 }]) {
    expect(writeLimits(readLimits(written))).toEqual({ limits: written });
  }
});

test("a form without a limit, or with what is no number, asks for it", () => {
  expect(writeLimits(EMPTY)).toHaveProperty("fault", "give a limit, or choose a preset");
  expect(writeLimits({ ...EMPTY, delayPeriods: "3" })).toHaveProperty("fault");
  expect(writeLimits({ ...EMPTY, alarmHigh: "hot" })).toHaveProperty("fault", "Alarm above: that is no number");
});

test("a patch leaves nothing of what was set before", () => {
  expect(patchLimits("device", "m-1", "heat_c", { alarmHigh: 80 })).toEqual({
    devices: { "m-1": { heat_c: {
      preset: null, alarmHigh: 80, warningHigh: null, warningLow: null, alarmLow: null, hysteresis: null, delayPeriods: null,
    } } },
  });
  expect(patchLimits("site", "motor", "heat_c", null)).toEqual({ profiles: { motor: { heat_c: null } } });
});

test("what is set at a place is found there alone", () => {
  const site = { profiles: { motor: { heat_c: { alarmHigh: 9 } } }, devices: { "m-1": { heat_c: {} } } } as unknown as LimitsOfSite;
  expect(findWritten(site, "site", "motor", "heat_c")).toEqual({ alarmHigh: 9 });
  expect(findWritten(site, "device", "m-1", "heat_c")).toEqual({});
  expect(findWritten(site, "device", "m-2", "heat_c")).toBeNull();
});

test("limits in force are told with whose they are", () => {
  expect(describeLimits(IN_FORCE, "°C")).toBe(
    "alarm above 80.0\u202f°C, warning above 60.0\u202f°C; for 3 periods; set for its kind at this site",
  );
  expect(describeLimits({ origin: "device", bounds: [] }, "°C")).toBe("none; set for this device");
});

test("a chart makes room for near limits, and for no far ones", () => {
  expect(fitLimits(40, 55, IN_FORCE.bounds)).toEqual([40, 60]);
  expect(fitLimits(20, 21, IN_FORCE.bounds)).toEqual([20, 21]);
  expect(fitLimits(59, 85, IN_FORCE.bounds)).toEqual([59, 85]);
});

test("what is learned counts where nothing is set", () => {
  const learned = { side: "high", level: "warning", unit: "°C", hysteresis: 1, delayPeriods: 3, origin: "learned", raisedT: null } as const;
  const limits: DeviceLimits = {
    deviceId: "m-1", siteId: "north", revision: 1, presets: {},
    limits: [
      { ...learned, channel: "heat_c", limit: 40 }, { ...learned, channel: "heat_c", side: "low", limit: 10 },
      { ...learned, channel: "load_pct", limit: 90 },
    ],
    channels: { load_pct: { origin: "device", written: {}, bounds: [] } },
  };
  const held = listHeld(limits);
  expect(held.get("heat_c")).toMatchObject({ origin: "learned", bounds: [{ value: 40, side: "high" }, { value: 10, side: "low" }] });
  expect(held.get("load_pct")).toMatchObject({ origin: "device", bounds: [] });
});
