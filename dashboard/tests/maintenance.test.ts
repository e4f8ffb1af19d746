import { describe, expect, test } from "vitest";
import { Clock } from "../src/drawing/format.js";
import { readLocal, writeLocal } from "../src/drawing/local_time.js";
import { describeWindow, writeWindow, type WindowForm } from "../src/drawing/maintenance.js";
import { NOW } from "./samples.js";

const FORM: WindowForm = {
  name: "saturday", kind: "maintenance", scope: "device", scopeName: "pump-007", rule: "", lastingMin: "120",
  starts: "2026-11-28T08:00", ends: "2026-11-28T10:00", comment: "",
};

describe("times on the wall", () => {
  test.each(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"])("lead back to themselves in %s", (zone) => {
    const t = Math.floor(NOW / 60_000) * 60_000;
    for (let hour = 0; hour < 24 * 366; hour += 17) {
      const text = writeLocal(t + hour * 3_600_000, zone);
      const read = readLocal(text, zone);
      expect(read === null ? "" : writeLocal(read, zone)).toBe(text);
    }
  });

  test("that come twice are the first, and that never come are moved on", () => {
    expect(readLocal("2026-10-25T02:30", "Europe/Berlin")).toBe(Date.parse("2026-10-25T00:30Z"));
    expect(readLocal("2026-03-29T02:30", "Europe/Berlin")).toBe(Date.parse("2026-03-29T01:30Z"));
  });

  test.each(["", "soon", "2026-13-01T00:00", "2026-11-28"])("that are none (%j) are refused", (text) => {
    expect(readLocal(text, "UTC")).toBeNull();
  });
});

test("a window is written as the API takes it", () => {
  expect(writeWindow(FORM, "Europe/Berlin")).toEqual({
    content: {
      startsAt: Date.parse("2026-11-28T07:00Z"), endsAt: Date.parse("2026-11-28T09:00Z"), kind: "maintenance",
      comment: "", scope: { kind: "device", name: "pump-007" },
    },
  });
  expect(writeWindow({ ...FORM, scope: "site", rule: "FREQ=DAILY", ends: "" }, "UTC")).toMatchObject({
    content: {
      endsAt: null, scope: { kind: "site", name: "" },
      recurrence: { rule: "FREQ=DAILY", zone: "UTC", lastingMin: 120 },
    },
  });
  expect(writeWindow({ ...FORM, kind: "out of service", ends: "" }, "UTC")).toHaveProperty("content.endsAt", null);
});

test.each([
  [{ name: "two words" }, "name"], [{ scopeName: " " }, "which device"], [{ starts: "" }, "starts"],
  [{ ends: "" }, "ends"], [{ ends: "2026-11-28T08:00" }, "after"],
  [{ rule: "FREQ=DAILY", lastingMin: "0" }, "minutes"],
])("what is missing (%o) is asked for", (change, word) => {
  expect(writeWindow({ ...FORM, ...change }, "UTC")).toHaveProperty("fault", expect.stringContaining(word));
});

test("a window is described in a line", () => {
  const window = {
    id: "window:a", kind: "maintenance", scope: { kind: "building", name: "hall-a" }, startsAt: 0, endsAt: null,
    recurrence: { rule: "FREQ=DAILY", zone: "UTC", lastingMin: 30 }, comment: "", announce: false, by: "Ada", at: 0, on: true,
  } as const;
  expect(describeWindow(window, new Clock("UTC")))
    .toBe("maintenance: building hall-a, from 1 Jan 1970, 00:00:00, every day for 30 min each (UTC)");
});
