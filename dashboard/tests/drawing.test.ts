import { expect, test } from "vitest";
import { describeLine, describeTrail } from "../src/drawing/describe.js";
import { Clock, count, percent, plain, short, span, withUnit } from "../src/drawing/format.js";
import { readRange } from "../src/drawing/ranges.js";
import { linkTo, readPlace, writePlace } from "../src/drawing/route.js";
import { chooseRows, countStates, groupByProfile, listRows, type Choice } from "../src/drawing/rows.js";
import { layOutFlows } from "../src/drawing/sankey.js";
import { shareByChannel, shareByProfile } from "../src/drawing/shares.js";
import { layOutTrail } from "../src/drawing/spark.js";
import { findStep, findTile } from "../src/drawing/steps.js";
import { describePlan, listFlows, listTasks, nameCauses, tellStory } from "../src/drawing/words.js";
import { readPreferences } from "../src/preferences.js";
import { Alerts } from "../src/state/alerts.js";
import { Devices } from "../src/state/devices.js";
import { alert, MOTOR, NOW, plan, reading } from "./samples.js";

const EVIL = "<img src=x onerror=alert(1)>";

function taken(...changes: Parameters<typeof alert>[1][]): Alerts {
  const alerts = new Alerts();
  changes.forEach((each) => { alerts.takeLive(alert("m-1", each)); });
  return alerts;
}

test("numbers have as many digits as a reader can use", () => {
  expect([0.12345, 1.2345, 23.45, 123.45, 12345.6, null].map(short))
    .toEqual(["0.123", "1.23", "23.4", "123.5", "12346", "–"]);
  expect([0, 0.0004321, -0.0098765].map(short)).toEqual(["0", "0.00043", "-0.0099"]);
  expect(withUnit(41.25, "°C")).toBe("41.3\u202f°C");
  expect([0, 1, 2].map((number) => count(number, "reading"))).toEqual(["0 readings", "1 reading", "2 readings"]);
  expect(withUnit(null, "°C")).toBe("–");
  expect(percent(0.8)).toBe("80\u202f%");
  expect([0, 10, 0.5, null].map(plain)).toEqual(["0", "10", "0.500", "–"]);
});

test("spans and times are in the unit that a reader expects", () => {
  expect([0, 119_000, 600_000, 10_800_000, 864_000_000].map(span))
    .toEqual(["0\u202fs", "119\u202fs", "10\u202fmin", "3\u202fh", "10\u202fd"]);
  expect(new Clock("UTC").full(0)).toContain("1 Jan 1970");
  expect(new Clock("Asia/Tokyo").time(0)).toBe("09:00:00");
  const clock = new Clock("UTC");
  const hour = 3_600_000;
  expect([clock.tick(0, 48 * hour, undefined), clock.tick(30 * hour, 6 * hour, 24 * hour)]).toEqual(["1 Jan", "06:00"]);
  expect(clock.tick(24 * hour, 6 * hour, 18 * hour)).toBe("2 Jan 00:00");
  expect(clock.tick(90_000, 30_000, 60_000)).toBe("00:01:30");
});

test.each(["press/1", "ä ö?&#", EVIL, "100%"])("the address of the device %s leads back to it", (deviceId) => {
  const place = { view: "device", subject: deviceId, site: "Werk Süd/1", options: { span: "24h" } } as const;
  expect(readPlace(writePlace(place))).toEqual(place);
});

test("an address of nothing known shows the overview, and a link keeps the site", () => {
  expect(readPlace("#/nothing").view).toBe("overview");
  expect(readPlace("").view).toBe("overview");
  expect(readPlace("#/work/7")).toMatchObject({ view: "overview", subject: "" });
  expect(readPlace("#/incidents").view).toBe("incidents");
  expect(readPlace("#/incidents/1-rig")).toMatchObject({ view: "incident", subject: "1-rig" });
  const place = readPlace("#/alerts?site=mill&find=pump");
  expect(place).toMatchObject({ view: "alerts", site: "mill", options: { find: "pump" } });
  expect(linkTo(place, "work")).toBe("#/work?site=mill");
});

test("a range goes on with now unless both of its ends are times", () => {
  const live = readRange({}, NOW);
  expect(live).toEqual({ from: live.to - 900_000, to: live.to, live: true });
  expect(live.to - NOW).toBeGreaterThanOrEqual(0);
  expect(live.to - NOW).toBeLessThan(1_500); // 15 min in 600 steps
  expect(readRange({}, live.to - 1)).toEqual(live); // the same until the next step
  const month = readRange({ span: "30d" }, NOW);
  expect(month.to - month.from).toBe(30 * 86_400_000);
  expect(readRange({ from: "5", to: "9" }, NOW)).toEqual({ from: 5, to: 9, live: false });
  expect(readRange({ from: "9", to: "5" }, NOW).live).toBe(true);
  expect(readRange({ from: "x", to: "5" }, NOW).live).toBe(true);
});

function someRows(): ReturnType<typeof listRows> {
  const devices = new Devices();
  devices.takeReading(reading("m-10", { score: 2 }), NOW);
  devices.takeReading(reading("m-9", { score: 3 }), NOW);
  devices.takeReading(reading("p-1", { profile: "pump", score: null }), NOW);
  devices.setAlert("m-10", NOW);
  return listRows(devices.list(), NOW);
}

const CHOICE: Choice = { text: "", state: "", sort: "state", descending: false };

test("rows are filtered and sorted; names count as people count", () => {
  const ids = (choice: Partial<Choice>): string[] => (
    chooseRows(someRows(), { ...CHOICE, ...choice }).map(({ device }) => device.deviceId)
  );
  expect(ids({})).toEqual(["m-10", "p-1", "m-9"]);
  expect(ids({ sort: "device" })).toEqual(["m-9", "m-10", "p-1"]);
  expect(ids({ sort: "score", descending: true })).toEqual(["m-9", "m-10", "p-1"]);
  expect(ids({ text: "PUMP" })).toEqual(["p-1"]);
  expect(ids({ state: "normal" })).toEqual(["m-9"]);
  expect(countStates(someRows()).get("alert")).toBe(1);
  expect([...groupByProfile(someRows()).keys()]).toEqual(["motor", "pump"]);
});

test("an alert is told with its causes, the largest first", () => {
  const [raised] = taken({}).list;
  if (raised === undefined) {
    throw new Error("the alert is not there");
  }
  expect(nameCauses(raised, MOTOR)).toBe("Vibration 80\u202f% · Winding temperature 20\u202f%");
  expect(tellStory(raised, MOTOR, NOW + 60_000).at(-1)).toBe("It has lasted 60\u202fs and goes on.");
  expect(tellStory({ ...raised, open: false, clearedAt: NOW + 5_000 }, MOTOR, NOW).at(-1))
    .toBe("It cleared after 5\u202fs.");
  const sensors = { ...raised, cause: "sensors", contributions: {}, sensors: { temperature_c: "stuck" } } as const;
  expect(tellStory(sensors, MOTOR, NOW)[0]).toContain("sensor of Winding temperature stuck");
  const limit = {
    channel: "vibration_mm_s", side: "high", level: "alarm", value: 7.9, limit: 7.1, unit: "mm/s", learned: false,
  } as const;
  const passed = { ...raised, cause: "limit", contributions: {}, score: null, threshold: null, limit } as const;
  expect(tellStory(passed, MOTOR, NOW)[0])
    .toBe("m-1 passed a limit that people set: Vibration 7.90 mm/s above the alarm at 7.10 mm/s.");
  const learned = { ...passed, limit: { ...limit, level: "warning", learned: true } } as const;
  expect(tellStory(learned, MOTOR, NOW)[0])
    .toBe("m-1 went far beyond all that it has shown: Vibration 7.90 mm/s above its own range at 7.10 mm/s.");
  const late = { ...raised, open: false, clearedAt: NOW + 5_000, late: { readings: 6, toT: NOW + 5_000 } } as const;
  expect(tellStory(late, MOTOR, NOW).at(-2)).toBe("Its readings came late, so nobody could be told in time.");
  expect(nameCauses(late, MOTOR)).toMatch(/ · came late$/);
  expect(nameCauses({ ...raised, contributions: { [EVIL]: 1 } }, undefined)).toBe(`${EVIL} 100\u202f%`);
});

test("shares add up to one", () => {
  const alerts = taken({}, { alertId: "b", contributions: { temperature_c: 1 } }).list;
  const profiles = new Map([["motor", MOTOR]]);
  expect(shareByProfile(alerts, profiles)).toEqual([{ title: "Electric motor", share: 1 }]);
  const channels = shareByChannel(alerts, profiles);
  expect(channels[0]).toEqual({ title: "Winding temperature", share: 0.6 });
  expect(channels.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  expect(shareByChannel([], profiles)).toEqual([]);
});

test("shares that would be written as 0 % are not listed", () => {
  const others = (share: number): Record<string, number> => (
    Object.fromEntries(["a", "b", "c", "d", "e", "f", "g", "h"].map((name) => [name, share]))
  );
  const contributions = { temperature_c: 0.9, vibration_mm_s: 0.1, ...others(0) };
  expect(shareByChannel(taken({ contributions }).list, new Map()).map(({ title }) => title))
    .toEqual(["temperature_c", "vibration_mm_s"]);
  const many = taken({ contributions: { temperature_c: 0.968, ...others(0.004) } }).list;
  expect(shareByChannel(many, new Map()).map(({ title }) => title)).toEqual(["temperature_c", "others"]);
});

test("a plan in a line says whether devices obey", () => {
  expect(describePlan(plan(7))).toBe("Plan 7 · alert of cell-1 · 1 of 2 devices confirmed");
  expect(describePlan(undefined)).toBe("No plan was carried out yet.");
  const failed = { "cell-1": { ...plan(7).deliveries["cell-1"], state: "failed" } };
  expect(describePlan(plan(7, { deliveries: failed as never }))).toContain("not obeyed by cell-1");
  expect(listTasks({ b: "cell-1", a: "cell-1", c: null }, "cell-1")).toEqual(["a", "b"]);
});

test("moves are bands as wide as the tasks are many", () => {
  const move = (taskId: string, from: string | null, to: string): object => ({ taskId, from, to, reason: "" });
  const migrations = [move("a", "x", "y"), move("b", "x", "y"), move("c", null, "z")] as never;
  const flows = listFlows(plan(7, { migrations }));
  expect(flows.map(({ from, tasks }) => [from, tasks.length])).toEqual([["x", 2], ["nowhere", 1]]);
  const { bands, ends, height } = layOutFlows(flows, 320);
  expect(bands).toHaveLength(2);
  expect(ends.map(({ name, height: tall }) => [name, tall])).toEqual([["x", 44], ["nowhere", 22], ["y", 44], ["z", 22]]);
  expect(height).toBe(72);
});

test("a trail ends at the right, stops at gaps, and is cut off at twice the threshold", () => {
  const { threshold, strokes } = layOutTrail([0, Number.NaN, 1, 9], 119, 20);
  expect(threshold).toBe(10);
  expect(strokes).toEqual([[[116, 20]], [[118, 10], [119, 0]]]);
});

test("keys move a cursor within the points of a line, and take it away", () => {
  expect(["ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End"].map((key) => findStep(key, 30, 40)))
    .toEqual([29, 31, 10, 40, 0, 40]);
  expect(findStep("ArrowLeft", 0, 40)).toBe(0);
  expect(findStep("Escape", 30, 40)).toBeNull();
  expect(findStep("Tab", 30, 40)).toBeUndefined();
  expect(findStep("Home", 0, -1)).toBeUndefined();
});

test("keys lead from tile to tile, up and down by rows", () => {
  expect(["ArrowUp", "ArrowDown", "ArrowRight", "Home", "End"].map((key) => findTile(key, 5, 9, 4)))
    .toEqual([1, 9, 6, 0, 9]);
  expect(["Tab", "Escape", "PageDown"].map((key) => findTile(key, 5, 9, 4))).toEqual([undefined, undefined, undefined]);
});

test("a trail is told in words", () => {
  expect(describeTrail([0.5, Number.NaN, 1.25])).toBe("highest of the last 2 scores: 125\u202f% of the threshold");
  expect(describeTrail([Number.NaN])).toBe("no score yet");
});

test("a line is told in words", () => {
  const line = { t: [1, 2], values: [2, 8], low: null, high: null };
  expect(describeLine(line, "A", { low: 1, high: 3 })).toBe("2.00 to 8.00\u202fA, now 8.00\u202fA; usually 1.00 to 3.00\u202fA");
  expect(describeLine(line, "A", null, [{ kind: "threshold", title: "threshold", value: 4 }])).toContain("not known yet; threshold 4.00\u202fA");
  expect(describeLine({ t: [], values: [], low: null, high: null }, "A", null)).toContain("no values");
});

test("what a browser keeps is believed only as far as it makes sense", () => {
  expect(readPreferences('{"zone":"UTC","refreshMs":1000}')).toEqual({ zone: "UTC", refreshMs: 1000 });
  for (const text of [null, "nonsense", '{"zone":"Mars/North","refreshMs":1}', "[]"]) {
    expect(readPreferences(text)).toEqual({ zone: "", refreshMs: 250 });
  }
});

test("what mails and Slack link to is the incident and the list", () => {
  // tests/unit/tocsin/domain/notifications/test_links.py has the same two.
  expect(readPlace("#/incidents/1-%C3%A4%2F2?site=hall+%26+yard")).toEqual(
    { view: "incident", subject: "1-ä/2", site: "hall & yard", options: {} },
  );
  expect(readPlace("#/incidents?site=north")).toMatchObject({ view: "incidents", site: "north" });
});
