import { expect, test } from "vitest";
import { groupByPlace, NOT_SAID, summariseRows } from "../src/drawing/places.js";
import { listRows } from "../src/drawing/rows.js";
import { Site } from "../src/state/site.js";
import { alert, NOW, reading, telemetry } from "./samples.js";

test("devices stand on their floors, and those of which nobody says it come last", () => {
  const site = new Site();
  site.apply(telemetry(...["m-10", "m-9", "a", "lost"].map((name) => reading(name))), NOW);
  const places = {
    "m-9": { building: "hall-b", floor: "upper" }, "m-10": { building: "hall-b", floor: "ground" },
    a: { building: "hall-a", floor: "" },
  };
  const found = groupByPlace(listRows(site.devices.list(), NOW), places);
  const names = found.map(({ name, floors }) => [
    name, ...floors.map((floor) => [floor.name, ...floor.rows.map(({ device }) => device.deviceId)]),
  ]);
  expect(names).toEqual([
    ["hall-a", [NOT_SAID, "a"]], ["hall-b", ["ground", "m-10"], ["upper", "m-9"]], [NOT_SAID, [NOT_SAID, "lost"]],
  ]);
});

test("what is wrong in a group is counted", () => {
  const site = new Site();
  site.apply(telemetry(reading("m-1"), reading("m-2")), NOW);
  site.apply({ type: "alert", siteId: "north", alert: alert("m-1") }, NOW);
  const rows = listRows(site.devices.list(), NOW);
  expect(summariseRows(rows)).toBe("2 devices, 1 in alert");
  expect(summariseRows(listRows(site.devices.list(), NOW + 60_000).slice(1))).toBe("1 device, 1 silent");
});
