import { expect, test } from "vitest";
import { parseMessage } from "../src/messages/parse.js";
import { alert, plan, reading, telemetry } from "./samples.js";

test("messages as they are sent are taken", () => {
  const sent = [
    telemetry(reading("m-1")),
    { type: "alert", siteId: "north", alert: alert("m-1") },
    { type: "plan", siteId: "north", plan: plan(7) },
  ];
  expect(sent.map((message) => parseMessage(message).kind)).toEqual(["message", "message", "message"]);
});

test("a newer server may say more", () => {
  const newer = { ...alert("m-1"), severity: "high" };
  expect(parseMessage({ type: "alert", siteId: "north", alert: newer, more: 1 }).kind).toBe("message");
});

test.each([
  ["no object", "telemetry"],
  ["no type", {}],
  ["devices that are no list", { type: "telemetry", siteId: "north", devices: "all" }],
  ["a time that is text", telemetry({ ...reading("m-1"), t: "now" as unknown as number })],
  ["a value that is text", telemetry(reading("m-1", { values: { a: "x" as unknown as number } }))],
  ["an alert without its id", { type: "alert", siteId: "north", alert: { ...alert("m"), alertId: 3 } }],
])("%s is refused, with the reason", (_, content) => {
  const parsed = parseMessage(content);
  expect(parsed.kind).toBe("refused");
  expect(parsed.kind === "refused" ? parsed.why : "").not.toBe("");
});

test("a type that is not known is no fault", () => {
  expect(parseMessage({ type: "weather", siteId: "north" })).toEqual({ kind: "unknown", type: "weather" });
});
