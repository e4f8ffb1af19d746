/** A notification rule as a person fills it in, as the API takes it, and in words. Pure. */
import type { Rule, RuleBody } from "../messages/kinds.js";

export type Day = NonNullable<RuleBody["hours"]>["spans"][number]["days"][number];
export type Severity = Rule["severities"][number];
export type Target = Rule["steps"][number]["targets"][number];

export const DAYS: readonly (readonly [Day, string])[] = [
  ["mo", "Mon"], ["tu", "Tue"], ["we", "Wed"], ["th", "Thu"], ["fr", "Fri"], ["sa", "Sat"], ["su", "Sun"],
  ["holiday", "holidays"],
];
export const MOST_STEPS = 5;
export const MOST_TARGETS = 8;

export interface StepForm {
  readonly afterMin: string;
  readonly targets: readonly Target[];
}

export interface SpanForm {
  readonly days: readonly Day[];
  readonly from: string;
  readonly to: string;
}

/** Numbers as they are typed. */
export interface RuleForm {
  readonly name: string;
  readonly on: boolean;
  readonly severities: readonly Severity[];
  readonly steps: readonly StepForm[];
  /** Whether it holds at all times; then *spans* count for nothing. */
  readonly always: boolean;
  readonly zone: string;
  readonly spans: readonly SpanForm[];
  readonly holidays: string;
  readonly groupWaitS: string;
  readonly groupIntervalS: string;
  /** Empty: it is said once. */
  readonly repeatMin: string;
  readonly tellsEnd: boolean;
  readonly tellsWindows: boolean;
}

export const NO_TARGET: Target = { channel: "email", name: "", person: "" };
export const WORKDAYS: SpanForm = { days: ["mo", "tu", "we", "th", "fr"], from: "06:00", to: "14:00" };

export function newRule(zone: string): RuleForm {
  return {
    name: "", on: true, severities: ["high", "medium", "low"], steps: [{ afterMin: "0", targets: [NO_TARGET] }],
    always: true, zone, spans: [WORKDAYS], holidays: "", groupWaitS: "0", groupIntervalS: "60", repeatMin: "60",
    tellsEnd: true, tellsWindows: false,
  };
}

/** zone: of a rule that holds always, should it get hours. */
export function readRule(rule: Rule, zone: string): RuleForm {
  const { hours } = rule;
  return {
    name: rule.id, on: rule.on, severities: rule.severities,
    steps: rule.steps.map(({ afterMin, targets }) => ({ afterMin: String(afterMin), targets })),
    always: hours === null, zone: hours?.zone ?? zone, spans: hours?.spans ?? [WORKDAYS],
    holidays: hours?.holidays ?? "", groupWaitS: String(rule.groupWaitS), groupIntervalS: String(rule.groupIntervalS),
    repeatMin: rule.repeatMin === null ? "" : String(rule.repeatMin), tellsEnd: rule.tellsEnd,
    tellsWindows: rule.tellsWindows,
  };
}

export type WrittenRule = { readonly rule: RuleBody } | { readonly fault: string };

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const WEEK_MIN = 7 * 24 * 60;
const DAY_S = 24 * 60 * 60;

/** A fault says what is to be mended. What the API knows better, such as addresses, it says itself. */
export function writeRule(form: RuleForm): WrittenRule {
  const fault = findFault(form);
  if (fault !== null) {
    return { fault };
  }
  const hours = form.always ? null : { zone: form.zone.trim(), spans: form.spans.map(copySpan), holidays: form.holidays };
  return {
    rule: {
      on: form.on, severities: [...form.severities], hours, tellsEnd: form.tellsEnd, tellsWindows: form.tellsWindows,
      steps: form.steps.map(({ afterMin, targets }) => ({
        afterMin: Number(afterMin),
        targets: targets.map(({ channel, name, person }) => ({ channel, name: name.trim(), person: person.trim() })),
      })),
      groupWaitS: Number(form.groupWaitS), groupIntervalS: Number(form.groupIntervalS),
      repeatMin: form.repeatMin === "" ? null : Number(form.repeatMin),
    },
  };
}

function copySpan({ days, from, to }: SpanForm): { days: Day[]; from: string; to: string } {
  return { days: [...days], from, to };
}

function findFault(form: RuleForm): string | null {
  const { steps, spans, always } = form;
  const faults: readonly (readonly [boolean, string])[] = [
    [!NAME.test(form.name), "give it a name of letters, digits, dots, - and _"],
    [form.severities.length === 0, "choose a severity"],
    [steps.some(({ targets }) => targets.length === 0), "each step needs somebody who is told"],
    [steps.some(({ targets }) => targets.some(({ name }) => name.trim() === "")), "say who is told in each line"],
    [steps.some(({ afterMin }) => !isWhole(afterMin, 0, WEEK_MIN)), "say after how many minutes each step is told"],
    [steps[0]?.afterMin !== "0", "the first are told at once, after 0 minutes"],
    [steps.some(({ afterMin }, place) => place > 0 && Number(afterMin) <= Number(steps[place - 1]?.afterMin)),
      "each step must come later than the one before it"],
    [!always && spans.length === 0, "say at which hours it holds"],
    [!always && spans.some(({ days }) => days.length === 0), "choose the days of each line of hours"],
    [!always && spans.some(({ from, to }) => !TIME.test(from) || !TIME.test(to)), "say from when to when, such as 06:00"],
    [!isWhole(form.groupWaitS, 0, DAY_S) || !isWhole(form.groupIntervalS, 0, DAY_S), "say how many seconds, 0 to 86400"],
    [form.repeatMin !== "" && !isWhole(form.repeatMin, 1, WEEK_MIN), "say again after how many minutes, 1 to 10080"],
  ];
  return faults.find(([wrong]) => wrong)?.[1] ?? null;
}

function isWhole(text: string, least: number, most: number): boolean {
  const value = Number(text);
  return text.trim() !== "" && Number.isInteger(value) && value >= least && value <= most;
}

/** Who is told, in the order in which they are: `email ada@plant.example (Ada), then after 15 min slack shift`. */
export function describeSteps({ steps }: Pick<Rule, "steps">): string {
  return steps.map(({ afterMin, targets }) => (
    `${afterMin === 0 ? "" : `then after ${afterMin} min `}${targets.map(nameTarget).join(" and ")}`
  )).join(", ");
}

export function nameTarget({ channel, name, person }: Target): string {
  return `${channel} ${name}${person === "" ? "" : ` (${person})`}`;
}

/** When it holds, for which severities, how often it says so. */
export function describeRule(rule: Rule): string {
  const { hours, severities, repeatMin, tellsEnd, tellsWindows } = rule;
  const when = hours === null ? "at all times" : `${hours.spans.map(describeSpan).join("; ")} (${hours.zone})`;
  return [
    `${severities.length === 3 ? "all severities" : `only ${severities.join(" and ")}`}, ${when}`,
    repeatMin === null ? "said once" : `said again every ${repeatMin} min until somebody has it`,
    tellsEnd ? "the end is told" : "the end is not told",
    ...(tellsWindows ? ["maintenance windows are told"] : []),
  ].join(", ");
}

function describeSpan({ days, from, to }: SpanForm): string {
  const names = DAYS.filter(([day]) => days.includes(day)).map(([, name]) => name);
  return `${names.join(", ")} ${from} to ${to}`;
}
