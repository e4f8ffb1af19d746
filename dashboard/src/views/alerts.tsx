/** Every alert of the site: filtered, told as a story, back to the first. */
import type { ReactNode } from "react";
import { api } from "../api/client.js";
import { count } from "../drawing/format.js";
import { linkTo } from "../drawing/route.js";
import { tellStory } from "../drawing/words.js";
import { Choice, Empty, Section } from "../parts/parts.js";
import type { Alert } from "../state/alerts.js";
import { AlertMark, stateOfAlert } from "./alert_list.js";
import { setOptions, useShown } from "./context.js";
import { FindField } from "./find_field.js";
import { Older } from "./older.js";

const PAGE = 100;

export function AlertsView(): ReactNode {
  const { store, place } = useShown();
  const { find = "", open = "" } = place.options;
  const all = store.site.alerts.list;
  const { site, siteId } = store;
  const readOlder = async (before: string | undefined): Promise<string | null> => {
    const page = await api.alerts({ site: siteId, max: PAGE, before });
    site.takeAlerts(page);
    return page.older;
  };
  const text = find.trim().toLowerCase();
  const shown = all.filter((alert) => (
    (open === "" || alert.open) && (text === "" || `${alert.deviceId} ${alert.profile}`.toLowerCase().includes(text))
  ));
  return (
    <Section title="Alerts" note="newest first" name="alerts">
      <div className="filters" role="search">
        <FindField placeholder="device or kind" />
        <Choice label="Show" value={open} choices={[["", "all"], ["1", "only open ones"]]}
          onChange={(next) => { setOptions(place, { open: next }); }} />
        <output>{store.loaded || all.length > 0 ? `${shown.length} of ${count(all.length, "alert")}` : ""}</output>
      </div>
      {shown.length === 0
        ? <Empty>{!store.loaded ? store.unread : all.length === 0 ? "No alert was ever raised here." : "No alert fits what is looked for."}</Empty>
        : <ol className="stories">{shown.map((alert) => <Story key={alert.alertId} alert={alert} />)}</ol>}
      <Older of="alerts" onRead={readOlder} />
    </Section>
  );
}

function Story({ alert }: { readonly alert: Alert }): ReactNode {
  const { store, place, clock } = useShown();
  const now = Date.now();
  const hour = 3_600_000;
  const around = {
    from: String(alert.t - hour / 4), to: String(Math.min((alert.clearedAt ?? now) + hour / 12, now)),
  };
  return (
    <li data-alert={alert.alertId} data-state={stateOfAlert(alert)}>
      <p className="story-head">
        <time dateTime={new Date(alert.t).toISOString()}>{clock.full(alert.t)}</time>{" "}
        <AlertMark alert={alert} />
      </p>
      {tellStory(alert, store.site.profiles.get(alert.profile), now).map((line) => <p key={line}>{line}</p>)}
      <p>
        <a href={linkTo(place, "device", alert.deviceId, around)}>{alert.deviceId} around that time</a>
        <small> model {alert.modelVersion ?? "not said"}</small>
      </p>
    </li>
  );
}
