/** Incidents as a list: what needs a person first is first. */
import type { ReactNode } from "react";
import { count, span } from "../drawing/format.js";
import { lastingMs } from "../drawing/incident_words.js";
import { linkTo } from "../drawing/route.js";
import type { IncidentListed } from "../messages/kinds.js";
import { useShown } from "./context.js";
import { useIncidentText } from "./incident_text.js";

const SIGNS = { high: "▲▲▲", medium: "▲▲", low: "▲" } as const;

export function IncidentList({ incidents }: { readonly incidents: readonly IncidentListed[] }): ReactNode {
  return (
    <ol className="stories" aria-label="Incidents">
      {incidents.map((incident) => <Entry key={incident.id} incident={incident} />)}
    </ol>
  );
}

function Entry({ incident }: { readonly incident: IncidentListed }): ReactNode {
  const { place, clock } = useShown();
  const textOf = useIncidentText();
  const { id, severity, state, active, held, building, openedAt, alerts } = incident;
  const now = Date.now();
  return (
    <li data-incident={id} data-state={state} data-active={active}>
      <p className="story-head">
        <IncidentMarks incident={incident} />{" "}
        <a href={linkTo(place, "incident", id)}>{textOf(incident)}</a>
      </p>
      <p className="causes">
        <time dateTime={new Date(openedAt).toISOString()}>{clock.near(openedAt, now)}</time>
        {` · ${active ? "for" : "lasted"} ${span(lastingMs(incident, now))} · severity ${severity}`}
        {building === null ? "" : ` · ${building}`}
        {alerts > 1 ? ` · ${count(alerts, "alert")}` : ""}
        {held.length > 0 ? ` · nobody is told: ${held.join(", ")}` : ""}
      </p>
    </li>
  );
}

/** What the machine does and what people did: two things, since neither follows from the other. */
export function IncidentMarks({ incident }: { readonly incident: IncidentListed }): ReactNode {
  const { severity, active, state, held } = incident;
  const calls = active && state !== "closed" && held.length === 0;
  return (
    <>
      <span className="state" data-state={calls ? "alert" : "normal"}>
        <span aria-hidden="true">{active ? SIGNS[severity] : "✓"}</span> {active ? "active" : "clear"}
      </span>{" "}
      <span className="state" data-handling={state}>{state}</span>
    </>
  );
}
