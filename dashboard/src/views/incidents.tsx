/** The incidents of a site: filtered, linked to, back to the first. */
import type { ReactNode } from "react";
import { incidentApi } from "../api/incidents.js";
import { count } from "../drawing/format.js";
import { chooseIncidents, SEVERITIES } from "../drawing/incident_words.js";
import { Choice, Empty, Section } from "../parts/parts.js";
import { setOptions, useShown } from "./context.js";
import { FindField } from "./find_field.js";
import { IncidentList } from "./incident_list.js";
import { useIncidentText } from "./incident_text.js";
import { IncidentTabs } from "./incident_tabs.js";
import { Older } from "./older.js";

const PAGE = 100;
const STATES: readonly (readonly [string, string])[] = [
  ["open", "open"], ["unacknowledged", "not acknowledged"], ["acknowledged", "acknowledged"],
  ["closed", "closed"], ["all", "all"],
];

export function IncidentsView(): ReactNode {
  const { store, place } = useShown();
  const { state = "open", severity = "", find = "", called = "" } = place.options;
  const textOf = useIncidentText();
  const all = store.site.incidents.list;
  const { site, siteId } = store;
  const readOlder = async (before: string | undefined): Promise<string | null> => {
    const page = await incidentApi.list({ site: siteId, state: "all", max: PAGE, before });
    page.incidents.forEach((incident) => { site.incidents.take(incident); });
    return page.older;
  };
  const shown = chooseIncidents(all, { state, severity, text: find, called: called === "1" }, textOf);
  return (
    <>
      <IncidentTabs />
      <Section title="Incidents" note="what needs somebody first" name="incidents">
        <div className="filters" role="search">
          <FindField placeholder="device, building or text" />
          <Choice label="State" value={state} choices={STATES}
            onChange={(next) => { setOptions(place, { state: next === "open" ? "" : next }); }} />
          <Choice label="Severity" value={severity}
            choices={[["", "all"], ...SEVERITIES.map((each): [string, string] => [each, each])]}
            onChange={(next) => { setOptions(place, { severity: next }); }} />
          <Choice label="Show" value={called}
            choices={[["", "also what is held back"], ["1", "only what people are told of"]]}
            onChange={(next) => { setOptions(place, { called: next }); }} />
          <output>{store.loaded || all.length > 0 ? `${shown.length} of ${count(all.length, "incident")}` : ""}</output>
        </div>
        {shown.length > 0 ? <IncidentList incidents={shown} /> : (
          <Empty>
            {!store.loaded ? store.unread : all.length === 0
              ? "There was no incident here. The first alert of a device opens one."
              : "No incident fits what is looked for."}
          </Empty>
        )}
        <Older of="incidents" onRead={readOlder} />
      </Section>
    </>
  );
}
