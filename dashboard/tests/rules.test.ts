import { expect, test } from "vitest";
import { describeRule, describeSteps, newRule, readRule, writeRule, type RuleForm } from "../src/drawing/rules.js";
import type { Rule } from "../src/messages/kinds.js";

const RULE: Rule = {
  id: "shift", on: true, severities: ["high", "medium"], groupWaitS: 30, groupIntervalS: 300, repeatMin: 30,
  tellsEnd: true, tellsWindows: false, inHours: true, by: "Grace", at: 0, revision: 3,
  steps: [
    { afterMin: 0, targets: [{ channel: "email", name: "ada@plant.example", person: "Ada" }, { channel: "slack", name: "shift", person: "" }] },
    { afterMin: 15, targets: [{ channel: "webhook", name: "tickets", person: "" }] },
  ],
  hours: { zone: "Europe/Berlin", spans: [{ days: ["sa", "holiday"], from: "22:00", to: "06:00" }], holidays: "BEGIN:VCALENDAR" },
};
const FORM: RuleForm = {
  ...newRule("UTC"), name: "shift", steps: [{ afterMin: "0", targets: [{ channel: "slack", name: " shift ", person: "" }] }],
};

test("a rule that is read and written again is the same", () => {
  const { id, inHours, by, at, revision, ...body } = RULE;
  expect([id, inHours, by, at, revision]).toHaveLength(5);
  expect(writeRule(readRule(RULE, "UTC"))).toEqual({ rule: body });
  const plain = { ...RULE, hours: null, repeatMin: null };
  expect(writeRule(readRule(plain, "UTC"))).toMatchObject({ rule: { hours: null, repeatMin: null } });
});

test("a new rule is at all times, for all, said again each hour", () => {
  expect(writeRule(FORM)).toEqual({
    rule: {
      on: true, severities: ["high", "medium", "low"], hours: null, tellsEnd: true, tellsWindows: false,
      steps: [{ afterMin: 0, targets: [{ channel: "slack", name: "shift", person: "" }] }],
      groupWaitS: 0, groupIntervalS: 60, repeatMin: 60,
    },
  });
});

const TARGET = { channel: "slack", name: "shift", person: "" } as const;
const SPAN = { days: ["mo"], from: "06:00", to: "14:00" } as const;
const CASES: readonly (readonly [Partial<RuleForm>, string])[] = [
  [{ name: "two words" }, "name"], [{ severities: [] }, "severity"], [{ steps: [{ afterMin: "0", targets: [] }] }, "somebody"],
  [{ steps: [{ afterMin: "0", targets: [{ ...TARGET, name: " " }] }] }, "who is told"],
  [{ steps: [{ afterMin: "5", targets: [TARGET] }] }, "at once"],
  [{ steps: [{ afterMin: "0", targets: [TARGET] }, { afterMin: "0", targets: [TARGET] }] }, "later"],
  [{ steps: [{ afterMin: "0", targets: [TARGET] }, { afterMin: "soon", targets: [TARGET] }] }, "minutes"],
  [{ always: false, spans: [] }, "hours"], [{ always: false, spans: [{ ...SPAN, days: [] }] }, "days"],
  [{ always: false, spans: [{ ...SPAN, to: "24:00" }] }, "06:00"], [{ groupWaitS: "-1" }, "seconds"],
  [{ repeatMin: "0" }, "again"],
];

test.each(CASES)("what is missing (%o) is asked for", (change, word) => {
  expect(writeRule({ ...FORM, ...change })).toHaveProperty("fault", expect.stringContaining(word));
});

test("a rule is told in words", () => {
  expect(describeSteps(RULE)).toBe("email ada@plant.example (Ada) and slack shift, then after 15 min webhook tickets");
  expect(describeRule(RULE)).toBe(
    "only high and medium, Sat, holidays 22:00 to 06:00 (Europe/Berlin), said again every 30 min until somebody has it, the end is told",
  );
  expect(describeRule({ ...RULE, hours: null, severities: ["high", "low", "medium"], repeatMin: null, tellsWindows: true, tellsEnd: false }))
    .toBe("all severities, at all times, said once, the end is not told, maintenance windows are told");
});
