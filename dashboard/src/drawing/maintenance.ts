/** What a person fills in for a maintenance window, as the API takes it. Pure. */
import type { MaintenanceWindow } from "../messages/kinds.js";
import type { Clock } from "./format.js";
import { readLocal } from "./local_time.js";

export interface WindowForm {
  readonly name: string;
  readonly kind: MaintenanceWindow["kind"];
  readonly scope: MaintenanceWindow["scope"]["kind"];
  readonly scopeName: string;
  readonly starts: string;
  readonly ends: string;
  /** Empty for a window that comes once, else an RRULE. */
  readonly rule: string;
  readonly lastingMin: string;
  readonly comment: string;
}

export type Written = { readonly content: object } | { readonly fault: string };

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** zone: in which *starts* and *ends* are. A fault says what is to be mended. */
export function writeWindow(form: WindowForm, zone: string): Written {
  const startsAt = readLocal(form.starts, zone);
  const endsAt = form.ends === "" ? null : readLocal(form.ends, zone);
  const fault = findFault(form, startsAt, endsAt);
  if (fault !== null) {
    return { fault };
  }
  const lastingMin = Number(form.lastingMin);
  const recurrence = form.rule === "" ? {} : { recurrence: { rule: form.rule, zone, lastingMin } };
  const content = {
    startsAt, endsAt, kind: form.kind, comment: form.comment,
    scope: { kind: form.scope, name: form.scope === "site" ? "" : form.scopeName.trim() }, ...recurrence,
  };
  return { content };
}

function findFault(form: WindowForm, startsAt: number | null, endsAt: number | null): string | null {
  const lastingMin = Number(form.lastingMin);
  const faults: readonly (readonly [boolean, string])[] = [
    [!NAME.test(form.name), "give it a name of letters, digits, dots, - and _"],
    [form.scope !== "site" && form.scopeName.trim() === "", `say which ${form.scope}`],
    [startsAt === null, "say when it starts"],
    [endsAt === null && (form.ends !== "" || (form.rule === "" && form.kind === "maintenance")), "say when it ends"],
    [startsAt !== null && endsAt !== null && endsAt <= startsAt, "it must end after it starts"],
    [form.rule !== "" && !(lastingMin >= 1 && lastingMin <= 1_440), "say how many minutes each lasts, 1 to 1440"],
  ];
  return faults.find(([wrong]) => wrong)?.[1] ?? null;
}

/** The rules that the page itself makes. */
export const RULES: readonly (readonly [rule: string, title: string])[] = [
  ["", "once"], ["FREQ=DAILY", "every day"], ["FREQ=WEEKLY", "every week"], ["FREQ=MONTHLY", "every month"],
];

/** What was set by the API may be any RRULE: it stands for itself. */
function nameRule(rule: string): string {
  return RULES.find(([each]) => each === rule)?.[1] ?? rule;
}

/** `device pump-007, from … to …, every week for 120 min`. */
export function describeWindow({ scope, startsAt, endsAt, recurrence, kind }: MaintenanceWindow, clock: Clock): string {
  const where = scope.kind === "site" ? "the whole site" : `${scope.kind} ${scope.name}`;
  const end = endsAt === null ? "" : ` to ${clock.full(endsAt)}`;
  const again = recurrence === null
    ? "" : `, ${nameRule(recurrence.rule)} for ${recurrence.lastingMin} min each (${recurrence.zone})`;
  return `${kind}: ${where}, from ${clock.full(startsAt)}${end}${again}`;
}
