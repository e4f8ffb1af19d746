/** One incident: its story, its devices, what people do about it, and its timeline. */
import type { ReactNode } from "react";
import { incidentApi } from "../api/incidents.js";
import { span } from "../drawing/format.js";
import { tellIncident } from "../drawing/incident_words.js";
import { linkTo } from "../drawing/route.js";
import type { IncidentShown } from "../messages/kinds.js";
import { Empty, Facts, Section } from "../parts/parts.js";
import { useShown } from "./context.js";
import { Concerned } from "./concerned.js";
import { IncidentActs } from "./incident_acts.js";
import { IncidentMarks } from "./incident_list.js";
import { useIncidentText } from "./incident_text.js";
import { IncidentTabs } from "./incident_tabs.js";
import { Judge } from "./judge.js";
import { useRequest } from "./use_request.js";

/** As the API takes them. */
const MOST_JUDGED = 20;

export function IncidentView({ id }: { readonly id: string }): ReactNode {
  const { store } = useShown();
  const { siteId, caughtUp } = store;
  const revision = store.site.incidents.find(id)?.revision ?? 0;
  const { answer, failure, reload, put } = useRequest(
    async () => (siteId === undefined ? null : await incidentApi.show(siteId, id)),
    JSON.stringify([siteId, id, revision, caughtUp]),
  );
  const take = (incident: IncidentShown): void => {
    store.site.incidents.take(incident);
    put(incident);
  };
  return (
    <>
      <IncidentTabs />
      {failure === "" ? null : (
        <p className="banner" role="alert">
          The incident could not be read: {failure}. <button type="button" onClick={reload}>Try again</button>
        </p>
      )}
      {answer === null
        ? <p className="empty" role="status">{failure === "" ? "Loading…" : ""}</p>
        : <Whole incident={answer} onChange={take} />}
    </>
  );
}

interface WholeProps {
  readonly incident: IncidentShown;
  readonly onChange: (incident: IncidentShown) => void;
}

function Whole({ incident, onChange }: WholeProps): ReactNode {
  const { store, clock } = useShown();
  const textOf = useIncidentText();
  const now = Date.now();
  const judged = incident.devices.slice(0, MOST_JUDGED).map(({ deviceId }) => deviceId);
  const { severity, building, alerts, deviceIds, announcedAt, openedAt } = incident;
  return (
    <>
      <h2 className="title">{textOf(incident)}</h2>
      <p><IncidentMarks incident={incident} /></p>
      <Section title="What happened" name="story">
        {tellIncident(incident, store.site.plans, clock, now).map((line) => <p key={line} className="story">{line}</p>)}
        <Facts facts={[
          ["Severity", severity], ["Building", building ?? "not said"], ["Alerts", String(alerts)],
          ["Devices", String(deviceIds.length)],
          ["People told", announcedAt === null ? "not yet" : `${span(announcedAt - openedAt)} after it began`],
        ]} />
      </Section>
      {store.mayAct()
        ? <IncidentActs incident={incident} onChange={onChange} />
        : <p className="note">You may see this, not change it.</p>}
      <Section title="Devices" note="what gave them away" name="concerned">
        {incident.devices.map((device) => (
          <Concerned key={device.deviceId} device={device} incident={incident} onChange={onChange} />
        ))}
        {store.mayAct() && incident.devices.length > 1 ? (
          <article className="concerned">
            <h3>All of them</h3>
            <Judge incident={incident} devices={judged} onChange={onChange} />
            {judged.length < incident.devices.length
              ? <p className="note">At most {MOST_JUDGED} are judged at once: the first {MOST_JUDGED}.</p> : null}
          </article>
        ) : null}
      </Section>
      <Timeline incident={incident} />
    </>
  );
}

function Timeline({ incident }: { readonly incident: IncidentShown }): ReactNode {
  const { place, clock } = useShown();
  const entries = [...incident.timeline].sort((a, b) => b.n - a.n);
  return (
    <Section title="Timeline" note="newest first" name="timeline">
      {entries.length === 0 ? <Empty>Nothing has happened yet.</Empty> : (
        <table className="plain">
          <thead>
            <tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">From → to</th></tr>
          </thead>
          <tbody>
            {entries.map(({ n, at, by, what, text, before, after }) => (
              <tr key={n} data-entry={what}>
                <td><time dateTime={new Date(at).toISOString()}>{clock.full(at)}</time></td>
                <td>{by}</td>
                <td>{what}{text === "" ? "" : `: ${text}`}</td>
                <td>{before === null && after === null ? "" : `${before ?? "–"} → ${after ?? "–"}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p><a href={linkTo(place, "incidents")}>All incidents</a></p>
    </Section>
  );
}
