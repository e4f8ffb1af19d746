import { expect, test } from "vitest";
import { Site } from "../src/state/site.js";
import { MOST_ALERTS } from "../src/state/alerts.js";
import { MOST_DEVICES, stateOf } from "../src/state/devices.js";
import { TRAIL_POINTS } from "../src/state/trail.js";
import { alert, NOW, plan, reading, telemetry } from "./samples.js";

function alertMessage(changes: Parameters<typeof alert>[1] = {}): object {
  return { type: "alert", siteId: "north", alert: alert("m-1", changes) };
}

const CLEARED = { type: "cleared", id: `${NOW + 5}-cleared`, t: NOW + 5, cause: null } as const;

function device(site: Site, id = "m-1"): NonNullable<ReturnType<typeof site.devices.byId.get>> {
  const found = site.devices.byId.get(id);
  if (found === undefined) {
    throw new Error(`${id} is not there`);
  }
  return found;
}

test("a device goes through its states", () => {
  const site = new Site();
  site.apply(telemetry(reading("m-1", { score: null })), NOW);
  expect(stateOf(device(site), NOW)).toBe("warming up");
  site.apply(telemetry(reading("m-1", { t: NOW + 1 })), NOW);
  expect(stateOf(device(site), NOW)).toBe("normal");
  site.apply(telemetry(reading("m-1", { t: NOW + 2, anomalous: true })), NOW);
  expect(stateOf(device(site), NOW)).toBe("odd");
  site.apply(alertMessage(), NOW);
  expect(stateOf(device(site), NOW)).toBe("alert");
  site.apply(alertMessage(CLEARED), NOW);
  site.apply(telemetry(reading("m-1", { t: NOW + 9 })), NOW);
  expect(stateOf(device(site), NOW)).toBe("normal");
  expect(stateOf(device(site), NOW + 30_001)).toBe("silent");
});

test("why a device has no score is told, and each is silent in its own time", () => {
  const site = new Site();
  const notScored = { reason: "no-model", text: "no model is active" } as never;
  const slow = { score: null, notScored, silentAfterMs: 3_600_000, remarks: ["its clock is 2 h late"] };
  site.apply(telemetry(reading("m-1", slow)), NOW);
  expect(stateOf(device(site), NOW + 60_000)).toBe("not scored");
  expect(device(site).remarks).toEqual(["no model is active", "its clock is 2 h late"]);
});

test("a late reading tells nothing of now", () => {
  const site = new Site();
  site.apply(telemetry(reading("m-1", { score: 2 })), NOW);
  site.apply(telemetry(reading("m-1", { t: NOW - 1, score: 9 })), NOW);
  expect(device(site).score).toBe(2);
});

test("an alert is there once however often, and in whatever order, it comes", () => {
  const site = new Site();
  site.apply(alertMessage(CLEARED), NOW);
  site.apply(alertMessage(), NOW);
  site.apply(alertMessage(), NOW);
  expect(site.alerts.list).toHaveLength(1);
  expect(site.alerts.list[0]).toMatchObject({ open: false, clearedAt: NOW + 5 });
});

test("the end of an earlier alert does not end the newest", () => {
  const site = new Site();
  site.apply(telemetry(reading("m-1")), NOW);
  site.apply(alertMessage(), NOW);
  site.apply(alertMessage({ alertId: "m-1-later", t: NOW + 3 }), NOW);
  site.apply(alertMessage(CLEARED), NOW);
  expect(device(site).alertSince).toBe(NOW + 3);
});

test("a device stays in alert until its last one ends", () => {
  const site = new Site();
  site.apply(telemetry(reading("m-1")), NOW);
  site.apply(alertMessage(), NOW);
  const beside = { alertId: "m-1-beside", subject: "temperature_c", t: NOW + 2 };
  site.apply(alertMessage(beside), NOW);
  site.apply(alertMessage(CLEARED), NOW);
  expect(device(site).alertSince).toBe(NOW + 2);
  site.apply(alertMessage({ ...CLEARED, ...beside, type: "cleared", t: NOW + 7 }), NOW);
  expect(device(site).alertSince).toBeNull();
});

test("what was missed comes from the API and changes nothing that is known", () => {
  const site = new Site();
  site.apply(alertMessage(), NOW);
  const shown = { ...alert("m-1"), type: "raised" as const, open: false, clearedAt: NOW + 9 };
  site.takeAlerts({ alerts: [shown], older: null, damaged: [] });
  site.apply(alertMessage(), NOW);
  expect(site.alerts.list).toHaveLength(1);
  expect(site.alerts.list[0]?.clearedAt).toBe(NOW + 9);
});

test("what makes no sense is counted and not shown", () => {
  const site = new Site();
  site.apply({ type: "telemetry", siteId: "north", devices: "not a list", waiting: 0 }, NOW);
  expect([site.refused, site.messages, site.devices.byId.size]).toEqual([1, 1, 0]);
  expect(site.refusedWhy).toContain("/devices");
});

test("nothing grows without bound", () => {
  const site = new Site();
  for (let count = 0; count < MOST_DEVICES + 5; count += 1) {
    site.devices.takeReading(reading(`m-${count}`), NOW);
  }
  expect([site.devices.byId.size, site.devices.beyond.size]).toEqual([MOST_DEVICES, 5]);
  for (let count = 0; count < MOST_ALERTS + 5; count += 1) {
    site.alerts.takeLive(alert("m-1", { alertId: `a-${count}`, t: NOW + count }));
  }
  expect(site.alerts.list).toHaveLength(MOST_ALERTS);
  expect(site.alerts.list[0]?.t).toBe(NOW + MOST_ALERTS + 4);
  for (let count = 0; count < 2 * TRAIL_POINTS; count += 1) {
    site.devices.takeReading(reading("m-1", { t: NOW + count, score: count }), NOW);
  }
  const trail = device(site).trail.list();
  expect(trail).toHaveLength(TRAIL_POINTS);
  expect(trail.at(-1)).toBe((2 * TRAIL_POINTS - 1) / 4);
});

test("plans are kept by version, and a setting is not set back by an older one", () => {
  const site = new Site();
  site.takePlan(plan(6));
  site.takePlan(plan(8));
  site.takePlan(plan(7));
  site.takePlan(plan(8, { open: false }));
  expect(site.plans.map(({ version }) => version)).toEqual([8, 7, 6]);
  expect(site.plans[0]?.open).toBe(false);
  const setting = { paused: true, revision: 3 } as Parameters<typeof site.takeOptimiser>[0];
  site.takeOptimiser(setting);
  site.takeOptimiser({ ...setting, paused: false, revision: 2 });
  expect(site.optimiser?.paused).toBe(true);
});

test("why nothing moves is taken live", () => {
  const site = new Site();
  const standing = { outcome: "unchanged", notes: [], hold: { since: NOW, until: NOW + 9, reason: "a promise broke" } };
  site.apply({ type: "standing", siteId: "north", standing }, NOW);
  expect(site.standing?.hold?.reason).toBe("a promise broke");
});

test("readings a second are counted over ten seconds", () => {
  const site = new Site();
  site.apply(telemetry(reading("m-1"), reading("m-2")), NOW);
  site.apply(telemetry(reading("m-1")), NOW + 9_000);
  expect(site.rate(NOW + 9_000)).toBeCloseTo(0.3);
  expect(site.rate(NOW + 10_000)).toBeCloseTo(0.1);
});

test("a machine that is off says so for as long as it is silent, and one that starts says that", () => {
  const site = new Site();
  const off = { score: null, state: "off" as const, notScored: { reason: "off", text: "it is off" } };
  site.apply(telemetry(reading("m-1", off)), NOW);
  expect(stateOf(device(site), NOW + 3_600_000)).toBe("off");
  const starting = { score: null, state: "starting" as const, notScored: { reason: "starting", text: "" } };
  site.apply(telemetry(reading("m-1", { t: NOW + 1, ...starting })), NOW + 1);
  expect(stateOf(device(site), NOW + 1)).toBe("starting");
});
