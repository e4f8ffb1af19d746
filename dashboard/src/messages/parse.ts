/** Live messages are checked whole before anything of them is believed. */
import * as checks from "../generated/checks.js";
import type { Check, Fault } from "../generated/checks.js";
import type { Message } from "./kinds.js";

export type Parsed =
  | { readonly kind: "message"; readonly message: Message }
  /** Well formed, of a type that this page does not know: a newer server sends it. */
  | { readonly kind: "unknown"; readonly type: string }
  | { readonly kind: "refused"; readonly why: string };

const MESSAGES: ReadonlyMap<string, Check<Message>> = new Map<string, Check<Message>>([
  ["telemetry", checks.checkTelemetryMessage],
  ["alert", checks.checkAlertMessage],
  ["incident", checks.checkIncidentMessage],
  ["plan", checks.checkPlanMessage],
  ["standing", checks.checkStandingMessage],
  ["settings optimiser", checks.checkOptimiserMessage],
  ["settings overrides", checks.checkOverridesMessage],
  ["settings tasks", checks.checkTasksMessage],
  ["settings limits", checks.checkLimitsMessage],
]);

export function parseMessage(content: unknown): Parsed {
  if (!isRecord(content) || typeof content["type"] !== "string") {
    return { kind: "refused", why: "a message without a type" };
  }
  const { type, kind } = content;
  const name = type === "settings" ? `${type} ${String(kind)}` : type;
  const check = MESSAGES.get(name);
  if (check === undefined) {
    return { kind: "unknown", type: name };
  }
  return check(content)
    ? { kind: "message", message: content }
    : { kind: "refused", why: `${name}: ${describeFault(check.errors)}` };
}

/** Where a check failed, for the log: the place in the document and the rule. */
export function describeFault(errors: readonly Fault[] | null | undefined): string {
  const first = errors?.[0];
  return first === undefined ? "malformed" : `${first.instancePath || "the whole"} breaks ${first.keyword}`;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
