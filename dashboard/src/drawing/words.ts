/** What happened, in words. Pure. */
import type { OrderDelivery, PlanListed, Profile } from "../messages/kinds.js";
import type { Alert } from "../state/alerts.js";
import { count, percent, short, span } from "./format.js";

export interface Share {
  readonly channel: string;
  readonly title: string;
  readonly share: number;
}

/** Less than this would be said as 0 %. */
const LEAST_SHARE = 0.005;

/** The channels that make up a score, the largest first. */
export function listShares(
  contributions: Readonly<Record<string, number>>, profile: Profile | undefined,
): Share[] {
  return Object.entries(contributions)
    .filter(([, share]) => share >= LEAST_SHARE)
    .map(([channel, share]) => ({ channel, share, title: titleOf(channel, profile) }))
    .sort((a, b) => b.share - a.share);
}

export function titleOf(channel: string, profile: Profile | undefined): string {
  return profile?.channels.find(({ name }) => name === channel)?.title ?? channel;
}

/** Why an alert was raised: `Vibration 80 % · Temperature 20 %`, or the sensors that went out. */
export function nameCauses(alert: Alert, profile: Profile | undefined): string {
  const shares = listShares(alert.contributions, profile)
    .slice(0, 3)
    .map(({ title, share }) => `${title} ${percent(share)}`);
  const sensors = Object.entries(alert.sensors)
    .map(([channel, state]) => `sensor of ${titleOf(channel, profile)} ${state}`);
  const late = alert.late === null ? [] : ["came late"];
  return [...nameLimit(alert, profile), ...shares, ...sensors, ...late].join(" · ");
}

/** `Vibration 7.90 mm/s above the alarm at 7.10 mm/s`, where a limit raised the alert; or above its own range. */
function nameLimit({ limit }: Alert, profile: Profile | undefined): string[] {
  if (limit === null) {
    return [];
  }
  const side = limit.side === "high" ? "above" : "below";
  const what = limit.learned ? "its own range" : `the ${limit.level}`;
  return [
    `${titleOf(limit.channel, profile)} ${short(limit.value)} ${limit.unit} ${side} ${what} at `
      + `${short(limit.limit)} ${limit.unit}`,
  ];
}

/** An alert as a story in sentences. */
export function tellStory(alert: Alert, profile: Profile | undefined, now: number): string[] {
  const causes = nameCauses(alert, profile);
  const why = tellCause(alert, causes);
  const blame = alert.cause !== "score" || causes === "" ? [] : [`What gave it away: ${causes}.`];
  const end = alert.clearedAt === null
    ? alert.open ? `It has lasted ${span(now - alert.t)} and goes on.` : "It ended without clearing."
    : `It cleared after ${span(alert.clearedAt - alert.t)}.`;
  const late = alert.late === null ? [] : ["Its readings came late, so nobody could be told in time."];
  return [why, ...blame, ...late, end];
}

function tellCause({ deviceId, cause, limit, score, threshold }: Alert, causes: string): string {
  switch (cause) {
    case "sensors":
      return `${deviceId} is in alert because a sensor stopped working: ${causes || "not said which"}.`;
    case "silence":
      return `${deviceId} was not heard of for longer than is usual for it.`;
    case "limit":
      return limit?.learned
        ? `${deviceId} went far beyond all that it has shown: ${causes}.`
        : `${deviceId} passed a limit that people set: ${causes}.`;
    case "start":
      return `${deviceId} did not start as usual: it took too long, or went far beyond what its starts show.`;
    default:
      return `${deviceId} behaved unlike itself: its score of ${short(score)} was above its threshold of `
        + `${short(threshold)}.`;
  }
}

/** A plan in a line. unread: what is said while it is not known whether there is one; empty once it is. */
export function describePlan(plan: PlanListed | undefined, unread = ""): string {
  if (plan === undefined) {
    return unread === "" ? "No plan was carried out yet." : unread;
  }
  const current = Object.entries(plan.deliveries).filter(([, { state }]) => state !== "superseded");
  const inState = (state: OrderDelivery["state"]): string[] => (
    current.filter(([, delivery]) => delivery.state === state).map(([name]) => name)
  );
  const failed = inState("failed");
  const parts = [
    `Plan ${plan.version}`,
    plan.cause.text || (plan.cause.kind === "timer" ? "by the clock" : plan.cause.kind),
    current.length > 0 ? `${inState("confirmed").length} of ${count(current.length, "device")} confirmed` : "",
    failed.length > 0 ? `not obeyed by ${failed.join(", ")}` : "",
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly tasks: readonly string[];
}

/** The moves of a plan, by the two devices between which they go; the most tasks first. */
export function listFlows(plan: PlanListed): Flow[] {
  const flows = new Map<string, { from: string; to: string; tasks: string[] }>();
  for (const { from, to, taskId } of plan.migrations) {
    const source = from ?? "nowhere";
    const key = JSON.stringify([source, to]);
    const flow = flows.get(key) ?? { from: source, to, tasks: [] };
    flow.tasks.push(taskId);
    flows.set(key, flow);
  }
  return [...flows.values()].sort((a, b) => b.tasks.length - a.tasks.length);
}

/** The tasks of a device under an allocation, by id. */
export function listTasks(
  allocation: Readonly<Record<string, string | null>>, deviceId: string,
): string[] {
  return Object.entries(allocation)
    .filter(([, device]) => device === deviceId)
    .map(([task]) => task)
    .sort();
}
