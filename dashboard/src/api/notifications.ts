/** The API of who is told: rules, what was sent, the switch of a site; and how often is too often. */
import * as checks from "../generated/checks.js";
import type {
  AlertTargets, DeliveriesShown, Rule, RuleBody, RuleTrial, RulesShown, Switch, TargetTrial, TrialOfRule,
} from "../messages/kinds.js";
import { read, send, type Query } from "./request.js";

/** A test waits for the slowest channel. */
const TRIAL_WITHIN_MS = 45_000;
/** The past of many devices is read. */
const TARGET_WITHIN_MS = 60_000;
const ruleAt = (id: string): string => `notification-rules/${encodeURIComponent(id)}`;

export const notificationApi = {
  rules: async (site: string): Promise<RulesShown> => (
    await read("notification-rules", { site }, checks.checkRulesShown)
  ),
  /** revision: of the rule that is changed; 0 for one that must not be there yet. */
  setRule: async (site: string, id: string, rule: RuleBody, revision: number): Promise<Rule> => (
    await send("PUT", ruleAt(id), { site }, rule, checks.checkRuleShown, { revision })
  ),
  removeRule: async (site: string, id: string, revision: number): Promise<unknown> => (
    await send("DELETE", ruleAt(id), { site }, undefined, checks.checkRuleRemoved, { revision })
  ),
  /** What it would have told of the last days; nothing is kept or sent. */
  previewRule: async (site: string, rule: RuleBody, days: number): Promise<RuleTrial> => (
    await send("POST", "notification-rules/preview", { site, days }, rule, checks.checkRulePreviewShown)
  ),
  tryRule: async (site: string, id: string): Promise<TrialOfRule> => (
    await send("POST", `${ruleAt(id)}/try`, { site }, {}, checks.checkTrialOfRule, { withinMs: TRIAL_WITHIN_MS })
  ),
  deliveries: async (query: Query): Promise<DeliveriesShown> => (
    await read("deliveries", query, checks.checkDeliveriesShown)
  ),
  state: async (site: string): Promise<Switch> => (
    await read("notifications", { site }, checks.checkSwitchShown)
  ),
  turn: async (site: string, wanted: Pick<Switch, "on" | "perHour" | "off">, revision: number): Promise<Switch> => (
    await send("PUT", "notifications", { site }, wanted, checks.checkSwitchShown, { revision })
  ),
};

export const targetApi = {
  show: async (): Promise<AlertTargets> => await read("alert-targets", {}, checks.checkAlertTargetsShown),
  set: async (profile: string, target: number | null, revision: number): Promise<AlertTargets> => (
    await send(
      "PATCH", "alert-targets", {}, { profiles: { [profile]: target } }, checks.checkAlertTargetsShown, { revision },
    )
  ),
  /** target: null for the usual. What it would have called of the last 30 days; nothing is changed. */
  preview: async (profile: string, target: number | null): Promise<TargetTrial> => (
    await send(
      "POST", "alert-targets/preview", {}, { profile, target }, checks.checkTargetTrialShown,
      { withinMs: TARGET_WITHIN_MS },
    )
  ),
};
