/** An incident in words and rows. Pure. */
import type { IncidentListed, PlanListed } from "../messages/kinds.js";
import { span, type Clock } from "./format.js";

/** From what is worst to what is least. */
export const SEVERITIES: readonly IncidentListed["severity"][] = ["high", "medium", "low"];

export interface IncidentChoice {
  /** `open`, one of the states, or `all`. */
  readonly state: string;
  readonly severity: string;
  readonly text: string;
  /** Whether those are left out of which nobody is told. */
  readonly called: boolean;
}

/**
 * What needs a person first is first: open, active, not held, worst, newest.
 *
 * textOf: what people read of it; they find it by that, and by the text of the API.
 */
export function chooseIncidents(
  incidents: readonly IncidentListed[], { state, severity, text, called }: IncidentChoice,
  textOf: (incident: IncidentListed) => string = (incident) => incident.text,
): IncidentListed[] {
  const wanted = text.trim().toLowerCase();
  return incidents
    .filter((incident) => (
      (state === "all" || (state === "open" ? incident.state !== "closed" : incident.state === state))
      && (severity === "" || incident.severity === severity)
      && (!called || incident.held.length === 0)
      && (wanted === "" || `${incident.text} ${textOf(incident)} ${incident.deviceIds.join(" ")} ${incident.building ?? ""}`
        .toLowerCase().includes(wanted))
    ))
    .sort((a, b) => rank(a) - rank(b) || b.openedAt - a.openedAt);
}

function rank({ state, active, held, severity }: IncidentListed): number {
  const over = state === "closed" ? 100 : 0;
  const quiet = (active ? 0 : 40) + (held.length > 0 ? 20 : 0) + (state === "acknowledged" ? 10 : 0);
  return over + quiet + SEVERITIES.indexOf(severity);
}

/** How long the fault has been there, or was, ms. */
export function lastingMs(incident: IncidentListed, now: number): number {
  return (incident.clearAt ?? now) - incident.openedAt;
}

/** The incident as a story in sentences: what, since when, who has it, who is told, what was done. */
export function tellIncident(
  incident: IncidentListed, plans: readonly PlanListed[], clock: Clock, now: number,
): string[] {
  const { openedAt, active, clearAt } = incident;
  const lasting = span(lastingMs(incident, now));
  const course = active
    ? `It began at ${clock.near(openedAt, now)} and goes on: ${lasting} so far.`
    : `It began at ${clock.near(openedAt, now)} and cleared after ${lasting}`
      + `${clearAt === null ? "" : `, at ${clock.near(clearAt, now)}`}.`;
  return [course, tellHandling(incident, clock, now), ...tellHold(incident, clock, now),
    ...tellMoves(incident, plans, clock, now)];
}

function tellHandling({ state, handling, announcedAt, active }: IncidentListed, clock: Clock, now: number): string {
  const by = handling.by ?? "nobody";
  const at = handling.at === null ? "" : ` at ${clock.near(handling.at, now)}`;
  switch (state) {
    case "unacknowledged":
      return announcedAt === null
        ? active ? "Nobody was told of it yet, and nobody has taken it." : "It cleared before anybody was told."
        : "Nobody has taken it yet.";
    case "acknowledged":
      return `${by} has it, since${at.replace(" at", "")}.`;
    case "closed":
      return by === "tocsin"
        ? `It closed by itself${at}.`
        : `${by} closed it${at}${handling.forced ? ", although it was still active" : ""}.`;
  }
}

function tellHold({ suppression, held }: IncidentListed, clock: Clock, now: number): string[] {
  const { shelf, windows, outOfService, flapping } = suppression;
  const lines: string[] = [];
  if (held.includes("shelved") && shelf !== null) {
    lines.push(`${shelf.by} put it aside until ${clock.near(shelf.until, now)}`
      + `${shelf.once ? ", or until it clears" : ""}.`);
  }
  if (held.includes("maintenance")) {
    lines.push(`Nobody is told: maintenance (${windows.map(nameWindow).join(", ")}).`);
  }
  if (held.includes("out of service")) {
    lines.push(`Nobody is told: out of service (${outOfService.map(nameWindow).join(", ")}).`);
  }
  if (flapping) {
    lines.push("It comes and goes so often that nobody is told until it settles.");
  }
  return lines;
}

/** The name of a window without the mark of what it is. */
export function nameWindow(id: string): string {
  return id.replace(/^window:/, "");
}

/** What the optimiser moved away from its devices since it began. */
function tellMoves(
  { deviceIds, openedAt, clearAt }: IncidentListed, plans: readonly PlanListed[], clock: Clock, now: number,
): string[] {
  const devices = new Set(deviceIds);
  return plans
    .filter(({ createdAt }) => createdAt >= openedAt && createdAt <= (clearAt ?? now))
    .map((plan) => ({ plan, away: plan.migrations.filter(({ from }) => from !== null && devices.has(from)) }))
    .filter(({ away }) => away.length > 0)
    .reverse()
    .map(({ plan, away }) => (
      `Plan ${plan.version} moved ${away.map(({ taskId, to }) => `${taskId} to ${to}`).join(", ")} at `
      + `${clock.near(plan.createdAt, now)}.`
    ));
}
