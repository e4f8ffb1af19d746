// @ts-check
// The page's model of a site. Run by tests/unit/tocsin/page/test_page_model.py with `node --test`.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  Fleet, MAX_ALERTS, MAX_DEVICES, SILENT_AFTER_MS, short, stateOf, whyOf,
} from "../../../../../functions/tocsin/page/fleet.js";

const NOW = 1_800_000_000_000;

/** @param {object} changes */
function telemetry(changes) {
  const device = {
    deviceId: "m-1", profile: "motor", t: NOW, values: { temperature_c: 40 },
    score: 1, threshold: 4, anomalous: false, ...changes,
  };
  return { type: "telemetry", siteId: "s", devices: [device] };
}

/** @param {object} changes */
function alert(changes) {
  const document = {
    type: "raised", deviceId: "m-1", profile: "motor", t: NOW, score: 9, threshold: 4,
    contributions: { a: 0.1, b: 0.6, c: 0.25, d: 0.05, e: 0 }, ...changes,
  };
  return { type: "alert", siteId: "s", alert: document };
}

/** @param {Fleet} fleet @param {string} [id] */
function device(fleet, id = "m-1") {
  const found = fleet.devices.get(id);
  assert.ok(found, `there is a device ${id}`);
  return found;
}

test("a late message does not overwrite a newer one", () => {
  const fleet = new Fleet();
  fleet.apply(telemetry({ t: NOW, values: { x: 2 } }), NOW);
  fleet.apply(telemetry({ t: NOW - 1, values: { x: 1 } }), NOW);
  assert.deepEqual(device(fleet).values, { x: 2 });
  assert.equal(fleet.messages, 2);
});

test("a clock that was put back is followed, since the hub's time orders what is told", () => {
  const fleet = new Fleet();
  fleet.apply(telemetry({ t: NOW + 240_000, enqueuedAt: NOW }), NOW);
  fleet.apply(alert({ t: NOW + 240_000, enqueuedAt: NOW }), NOW);
  assert.equal(device(fleet).alerting, true);
  fleet.apply(telemetry({ t: NOW + 5, enqueuedAt: NOW + 5, values: { x: 7 } }), NOW + 5);
  fleet.apply(alert({ type: "cleared", t: NOW + 5, enqueuedAt: NOW + 5 }), NOW + 5);
  assert.deepEqual(device(fleet).values, { x: 7 });
  assert.equal(device(fleet).alerting, false);
});

test("a device is silent after what is long for it, and seen when the hub heard it", () => {
  const fleet = new Fleet();
  fleet.apply(telemetry({ silentAfterMs: 180_000 }), NOW);
  assert.equal(stateOf(device(fleet), NOW + SILENT_AFTER_MS + 1), "normal");
  assert.equal(stateOf(device(fleet), NOW + 180_001), "silent");
  const late = { deviceId: "m-2", profile: "motor", lastT: NOW - 900_000, enqueuedAt: NOW - 5 };
  fleet.setDevices({ devices: [{ ...late, latest: {}, score: 1, alert: null }] }, NOW);
  assert.equal(stateOf(device(fleet, "m-2"), NOW), "normal");
});

test("what is not scored says why, and a wrong clock is said", () => {
  const fleet = new Fleet();
  const notScored = { reason: "other-period", text: "a reading comes every 17 s" };
  fleet.apply(telemetry({ score: null, notScored, remarks: ["put back", 5] }), NOW);
  assert.equal(stateOf(device(fleet), NOW), "not scored");
  assert.equal(whyOf(device(fleet)), "a reading comes every 17 s; put back");
  fleet.apply(telemetry({ score: null, notScored: { reason: "warming-up" } }), NOW);
  assert.equal(stateOf(device(fleet), NOW), "warming up");
});

test("each state has its word", () => {
  const fleet = new Fleet();
  fleet.apply(telemetry({ score: null }), NOW);
  assert.equal(stateOf(device(fleet), NOW), "warming up");
  fleet.apply(telemetry({}), NOW);
  assert.equal(stateOf(device(fleet), NOW), "normal");
  assert.equal(stateOf(device(fleet), NOW + SILENT_AFTER_MS + 1), "silent");
  fleet.apply(telemetry({ anomalous: true }), NOW);
  assert.equal(stateOf(device(fleet), NOW), "odd");
  fleet.apply(alert({}), NOW);
  assert.equal(stateOf(device(fleet), NOW + SILENT_AFTER_MS + 1), "alert");
});

test("alerts are newest first, each once, with their main channels", () => {
  const fleet = new Fleet();
  fleet.apply(telemetry({}), NOW);
  fleet.apply(alert({ type: "cleared", t: NOW + 5 }), NOW);
  fleet.apply(alert({}), NOW);
  fleet.apply(alert({}), NOW);
  assert.deepEqual(fleet.alerts.map(({ type }) => type), ["cleared", "raised"]);
  assert.deepEqual(fleet.alerts[1]?.contributions.map(({ channel }) => channel), ["b", "c", "a"]);
  assert.equal(device(fleet).alerting, false, "an older alert does not undo a newer one");
});

test("lists are bounded", () => {
  const fleet = new Fleet();
  for (let n = 0; n < MAX_DEVICES + 3; n += 1) {
    fleet.apply(telemetry({ deviceId: `m-${n}` }), NOW);
    fleet.apply(alert({ deviceId: `m-${n}`, t: NOW + n }), NOW);
  }
  assert.equal(fleet.devices.size, MAX_DEVICES);
  assert.equal(fleet.beyond.size, 3);
  assert.equal(fleet.alerts.length, MAX_ALERTS);
  assert.equal(fleet.alerts[0]?.t, NOW + MAX_DEVICES + 2);
});

test("known devices are taken over with their open alert, sorted as people count", () => {
  const fleet = new Fleet();
  const open = alert({}).alert;
  const known = { profile: "motor", lastT: NOW, latest: { x: 1 }, score: 5, threshold: 4 };
  fleet.setDevices({ devices: [
    { ...known, deviceId: "m-10", alert: null }, { ...known, deviceId: "m-1", alert: open },
  ] }, NOW);
  assert.deepEqual(fleet.sorted().map(({ deviceId }) => deviceId), ["m-1", "m-10"]);
  assert.equal(device(fleet).alerting, true);
  assert.equal(fleet.alerts.length, 1);
});

test("what is malformed is left out and breaks nothing", () => {
  const fleet = new Fleet();
  const odd = [
    null, 1, "x", [], {}, { type: "telemetry" }, { type: "telemetry", devices: [null, 1, {}] },
    { type: "alert" }, { type: "alert", alert: { deviceId: "m-1" } }, { type: "plan" },
    telemetry({ t: "now" }), telemetry({ deviceId: 5 }),
  ];
  odd.forEach((message) => fleet.apply(message, NOW));
  fleet.setDevices(null, NOW);
  fleet.setProfiles({ profiles: [{}] });
  fleet.apply(telemetry({ values: { x: "NaN" }, score: "high" }), NOW);
  assert.equal(fleet.devices.size, 1);
  assert.deepEqual(device(fleet).values, { x: null });
  assert.equal(fleet.alerts.length, 0);
});

test("numbers are short", () => {
  assert.deepEqual(
    [null, undefined, 0, 0.12345, -3.14159, 123.456, 12345.6].map(short),
    ["–", "–", "0.000", "0.123", "-3.14", "123.5", "12346"],
  );
});

test("a machine that is off says so, and is not silent; one that starts is starting", () => {
  const fleet = new Fleet();
  const off = { state: "off", score: null, notScored: { reason: "off", text: "it is off" } };
  fleet.apply(telemetry(off), NOW);
  assert.equal(stateOf(device(fleet), NOW), "off");
  assert.equal(stateOf(device(fleet), NOW + 10 * SILENT_AFTER_MS), "off");
  const starting = { reason: "starting", text: "it has just started" };
  fleet.apply(telemetry({ t: NOW + 1, state: "starting", score: null, notScored: starting }), NOW + 1);
  assert.equal(stateOf(device(fleet), NOW + 1), "starting");
  fleet.apply(telemetry({ t: NOW + 2, state: "running", notScored: null }), NOW + 2);
  assert.equal(stateOf(device(fleet), NOW + 2), "normal");
});

test("a stored device tells its operating state", () => {
  const fleet = new Fleet();
  fleet.setDevices({ devices: [
    { deviceId: "m-1", lastT: NOW, latest: {}, score: null, operating: { state: "off" } },
  ] }, NOW);
  assert.equal(stateOf(device(fleet), NOW), "off");
});
