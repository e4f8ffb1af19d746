import { expect, test } from "vitest";
import { Clock } from "../src/drawing/format.js";
import { chooseIncidents, tellIncident } from "../src/drawing/incident_words.js";
import { Incidents, MOST_INCIDENTS } from "../src/state/incidents.js";
import { Site } from "../src/state/site.js";
import { incident, NOW, plan } from "./samples.js";

const CLOCK = new Clock("UTC");
const MIN = 60_000;

test("an older revision of an incident never takes the place of a newer one", () => {
  const site = new Site();
  const tell = (revision: number, state: "unacknowledged" | "acknowledged"): void => {
    site.apply({ type: "incident", siteId: "north", incident: incident("a", { revision, state }) }, NOW);
  };
  tell(1, "unacknowledged");
  tell(3, "acknowledged");
  tell(2, "unacknowledged");
  expect(site.refused).toBe(0);
  expect(site.incidents.list.map(({ state }) => state)).toEqual(["acknowledged"]);
});

test("the newest incident is first, and the oldest beyond the bound goes", () => {
  const incidents = new Incidents();
  for (let n = 0; n < MOST_INCIDENTS + 5; n += 1) {
    incidents.take(incident(String(n), { openedAt: NOW + (n * 7) % 1_009 }));
  }
  const times = incidents.list.map(({ openedAt }) => openedAt);
  expect(times).toHaveLength(MOST_INCIDENTS);
  expect(times).toEqual([...times].sort((a, b) => b - a));
});

test("what was closed while nobody listened is no longer open", () => {
  const incidents = new Incidents();
  ["gone", "open", "changed"].forEach((id) => { incidents.take(incident(id)); });
  incidents.take(incident("over", { state: "closed" }));
  const before = incidents.list;
  incidents.take(incident("changed", { revision: 2 })); // heard of after it was asked
  incidents.take(incident("new"));
  incidents.takeOpen({ incidents: [incident("open")], older: null, damaged: [] }, before);
  expect(incidents.list.map(({ id }) => id).sort()).toEqual(["changed", "new", "open", "over"]);
});

test("an answer that is only a page says nothing of those that it lacks", () => {
  const incidents = new Incidents();
  incidents.take(incident("further down"));
  incidents.takeOpen({ incidents: [], older: "next", damaged: [] }, incidents.list);
  expect(incidents.listOpen()).toHaveLength(1);
});

test("what needs a person first is first", () => {
  const all = [
    incident("closed", { state: "closed", active: false }), incident("cleared", { active: false }),
    incident("held", { held: ["shelved"], severity: "high" }), incident("low", { severity: "low" }),
    incident("taken", { state: "acknowledged", severity: "high" }), incident("high", { severity: "high" }),
  ];
  const choice = { state: "all", severity: "", text: "", called: false };
  const choose = (changes: object): string[] => chooseIncidents(all, { ...choice, ...changes }).map(({ id }) => id);
  expect(choose({})).toEqual(["high", "low", "taken", "held", "cleared", "closed"]);
  expect(choose({ state: "open", called: true })).toEqual(["high", "low", "taken", "cleared"]);
  expect(choose({ state: "acknowledged" })).toEqual(["taken"]);
  expect(choose({ severity: "low" })).toEqual(["low"]);
  expect(choose({ text: "HALL-A" })).toHaveLength(6);
  expect(choose({ text: "hall-b" })).toEqual([]);
});

test("a story says what goes on, who has it, who is told, and what moved", () => {
  const shelf = { by: "Ada", at: NOW, until: NOW + 60 * MIN, once: true };
  const told = tellIncident(
    incident("a", {
      state: "acknowledged", handling: { by: "Grace", at: NOW + MIN, forced: false }, held: ["shelved", "flapping"],
      suppression: { shelf, windows: [], outOfService: [], flapping: true },
    }),
    [plan(8, { createdAt: NOW + 2 * MIN }), plan(7, { createdAt: NOW - MIN })], CLOCK, NOW + 5 * MIN,
  ).join(" ");
  expect(told).toContain("goes on: 5\u202fmin so far");
  expect(told).toContain("Grace has it, since 07:22:14.");
  expect(told).toContain("Ada put it aside until 08:21:14, or until it clears.");
  expect(told).toContain("comes and goes so often");
  expect(told).toContain("Plan 8 moved path-01 to cell-2");
  expect(told).not.toContain("Plan 7");
});

test.each([
  [{ by: "tocsin", at: NOW, forced: false }, "It closed by itself at"],
  [{ by: "Ada", at: NOW, forced: true }, "Ada closed it at 07:21:14, although it was still active."],
])("who closed it is told", (handling, sentence) => {
  const told = tellIncident(incident("a", { state: "closed", handling }), [], CLOCK, NOW).join(" ");
  expect(told).toContain(sentence);
});

test("maintenance and what is out of service are told by their names", () => {
  const suppression = { shelf: null, windows: ["window:saturday"], outOfService: ["window:gone"], flapping: false };
  const told = tellIncident(
    incident("a", { held: ["maintenance", "out of service"], suppression }), [], CLOCK, NOW,
  ).join(" ");
  expect(told).toContain("maintenance (saturday)");
  expect(told).toContain("out of service (gone)");
});
