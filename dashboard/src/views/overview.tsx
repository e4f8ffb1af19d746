/** The site at a glance: what is wrong, where, and what was done about it. */
import { useMemo, type ReactNode } from "react";
import { percent } from "../drawing/format.js";
import { chooseIncidents } from "../drawing/incident_words.js";
import { linkTo } from "../drawing/route.js";
import { countStates, listRows, type Row } from "../drawing/rows.js";
import { describePlan } from "../drawing/words.js";
import { Card, Empty, Section } from "../parts/parts.js";
import { AlertList } from "./alert_list.js";
import { AnswerTimes } from "./answer_times.js";
import { useShown } from "./context.js";
import { DeviceTable } from "./device_table.js";
import { IncidentList } from "./incident_list.js";
import { ByProfile } from "./by_profile.js";
import { Tiles } from "./tiles.js";

const NEWEST_ALERTS = 8;
const FIRST_INCIDENTS = 5;
const DAY_MS = 86_400_000;

export function Overview(): ReactNode {
  const { store, place } = useShown();
  const { site } = store;
  const now = Date.now();
  const rows = listRows(site.devices.list(), now);
  const alerts = useMemo(() => site.alerts.list.slice(0, NEWEST_ALERTS), [site.alerts.list]);
  return (
    <>
      <Cards rows={rows} now={now} />
      <div className="columns">
        <OpenIncidents />
        <Section title="Alerts" note="newest first" name="alerts">
          <AlertList alerts={alerts} />
          <p><a href={linkTo(place, "alerts")}>All alerts</a></p>
        </Section>
        <Section title="Work" name="work-line" note={site.optimiser?.paused ? "paused: nothing is moved" : ""}>
          <p data-plan-line>{describePlan(site.plans[0], store.loaded ? "" : store.unread)}</p>
          <p><a href={linkTo(place, "work")}>Plans, moves and reasons</a></p>
        </Section>
      </div>
      <Section title="Map" note="each device where it stands, with its score / threshold; arrow keys lead from one to the next" name="tiles">
        {rows.length === 0 ? <Empty>{store.loaded ? NO_DEVICE : store.unread}</Empty> : <Tiles rows={rows} />}
      </Section>
      <Section title="Devices" name="devices"
        note={site.devices.beyond.size > 0 ? `the first ${rows.length} are shown` : ""}>
        <DeviceTable rows={rows} />
      </Section>
      <ByProfile rows={rows} since={now - DAY_MS} />
      <AnswerTimes />
    </>
  );
}

/** What needs somebody, worst first. */
function OpenIncidents(): ReactNode {
  const { store, place } = useShown();
  const open = chooseIncidents(store.site.incidents.list, { state: "open", severity: "", text: "", called: false });
  const more = open.length - FIRST_INCIDENTS;
  return (
    <Section title="Incidents" note="open, what needs somebody first" name="open-incidents">
      {open.length === 0 ? <Empty>{store.loaded ? "None is open." : store.unread}</Empty>
        : <IncidentList incidents={open.slice(0, FIRST_INCIDENTS)} brief />}
      <p><a href={linkTo(place, "incidents")}>{more > 0 ? `${more} more, and those that are over` : "All incidents"}</a></p>
    </Section>
  );
}

const NO_DEVICE = "No device has reported yet. Start one, or send a message (docs/formats.md).";

function Cards({ rows, now }: { readonly rows: readonly Row[]; readonly now: number }): ReactNode {
  const { store } = useShown();
  const { site } = store;
  const counts = countStates(rows);
  const alerting = counts.get("alert") ?? 0;
  const silent = counts.get("silent") ?? 0;
  const today = site.alerts.list.filter(({ t }) => now - t < DAY_MS).length;
  // Nothing is said to be none, and no part to be the whole, before the site was read.
  const known = (number: number): string => (number === 0 && !store.loaded ? "–" : String(number));
  const ofDevices = (number: number): string => (number === 0 && !site.hasDevices ? "–" : String(number));
  const working = rows.length === 0 || !site.hasDevices ? "–" : percent(1 - (alerting + silent) / rows.length);
  return (
    <dl className="cards" aria-label="The site in figures">
      <Card name="incidents" title="Open incidents" value={known(site.incidents.listOpen().length)} />
      <Card name="alerting" title="In alert" value={ofDevices(alerting)} abnormal={alerting > 0} />
      <Card name="silent" title="Silent" value={ofDevices(silent)} abnormal={silent > 0} />
      <Card name="devices" title="Devices" value={site.hasDevices ? String(rows.length + site.devices.beyond.size) : "–"} />
      <Card name="healthy" title="Neither silent nor in alert" value={working} />
      <Card name="rate" title="Readings shown" value={site.rate(now).toFixed(1)}
        unit={site.waiting > 0 ? `a second, ${site.waiting} under way` : "a second"} />
      <Card name="today" title="Alerts in 24 h" value={today >= 200 ? "200 or more" : known(today)} />
      <Card name="messages" title="Live messages" value={String(site.messages)} />
    </dl>
  );
}
