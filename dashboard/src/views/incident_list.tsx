/** Incidents as a list: what needs a person first is first. */
import type { ReactNode } from "react";
import { shorten } from "../drawing/channel_words.js";
import { count, span } from "../drawing/format.js";
import { lastingMs } from "../drawing/incident_words.js";
import { linkTo } from "../drawing/route.js";
import type { IncidentListed } from "../messages/kinds.js";
import { useShown } from "./context.js";
import { useIncidentText } from "./incident_text.js";

const SIGNS = { high: "▲▲▲", medium: "▲▲", low: "▲" } as const;

interface Props {
  readonly incidents: readonly IncidentListed[];
  /** Whether what weighs most is enough. */
  readonly brief?: boolean;
}

export function IncidentList({ incidents, brief = false }: Props): ReactNode {
  return (
    <ol className="stories" aria-label="Incidents">
      {incidents.map((incident) => <Entry key={incident.id} incident={incident} brief={brief} />)}
    </ol>
  );
}

function Entry({ incident, brief }: { readonly incident: IncidentListed; readonly brief: boolean }): ReactNode {
  const { place, clock } = useShown();
  const textOf = useIncidentText();
  const { id, severity, state, active, held, building, openedAt, alerts } = incident;
  const now = Date.now();
  return (
    <li data-incident={id} data-state={state} data-active={active}>
      <p className="story-head">
        <IncidentMarks incident={incident} />{" "}
        <a href={linkTo(place, "incident", id)}>{brief ? shorten(textOf(incident)) : textOf(incident)}</a>
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
