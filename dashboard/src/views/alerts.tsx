/** Every alert of the site: filtered, told as a story, back to the first. */
import { useState, type ReactNode } from "react";
import { api } from "../api/client.js";
import { wordsOf } from "../api/request.js";
import { linkTo } from "../drawing/route.js";
import { tellStory } from "../drawing/words.js";
import { Choice, Empty, Section } from "../parts/parts.js";
import type { Alert } from "../state/alerts.js";
import { setOptions, useShown } from "./context.js";

const PAGE = 100;

export function AlertsView(): ReactNode {
  const { store, place } = useShown();
  const { find = "", open = "" } = place.options;
  const all = store.site.alerts.list;
  const text = find.trim().toLowerCase();
  const shown = all.filter((alert) => (
    (open === "" || alert.open) && (text === "" || `${alert.deviceId} ${alert.profile}`.toLowerCase().includes(text))
  ));
  return (
    <Section title="Alerts" note="newest first" name="alerts">
      <div className="filters" role="search">
        <label className="choice">
          Find{" "}
          <input type="search" value={find} placeholder="device or kind"
            onChange={(event) => { setOptions(place, { find: event.target.value }); }} />
        </label>
        <Choice label="Show" value={open} choices={[["", "all"], ["1", "only open ones"]]}
          onChange={(next) => { setOptions(place, { open: next }); }} />
        <output>{shown.length} of {all.length} alerts</output>
      </div>
      {shown.length === 0
        ? <Empty>{!store.loaded ? "Loading…" : all.length === 0 ? "No alert was ever raised here." : "No alert fits what is looked for."}</Empty>
        : <ol className="stories">{shown.map((alert) => <Story key={alert.alertId} alert={alert} />)}</ol>}
      <Older />
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
    <li data-alert={alert.alertId} data-state={alert.open ? "raised" : "cleared"}>
      <p className="story-head">
        <time dateTime={new Date(alert.t).toISOString()}>{clock.full(alert.t)}</time>{" "}
        <span className="state" data-state={alert.open ? "alert" : "normal"}>
          {alert.open ? "▲ open" : "✓ over"}
        </span>
      </p>
      {tellStory(alert, store.site.profiles.get(alert.profile), now).map((line) => <p key={line}>{line}</p>)}
      <p>
        <a href={linkTo(place, "device", alert.deviceId, around)}>{alert.deviceId} around that time</a>
        <small> model {alert.modelVersion ?? "not said"}</small>
      </p>
    </li>
  );
}

/** Reads pages of older alerts, one at a time. */
function Older(): ReactNode {
  const { store } = useShown();
  const [before, setBefore] = useState<string | null | undefined>(undefined);
  const [failure, setFailure] = useState("");
  const read = async (): Promise<void> => {
    const { site, siteId } = store;
    try {
      const page = await api.alerts({ site: siteId, max: PAGE, before: before ?? undefined });
      site.takeAlerts(page);
      setBefore(page.older);
      setFailure("");
      store.touch();
    } catch (error) {
      setFailure(wordsOf(error));
    }
  };
  if (before === null) {
    return <Empty>These are all, or as many as the page keeps.</Empty>;
  }
  return (
    <p>
      <button type="button" onClick={() => void read()}>Older alerts</button>{" "}
      <span role="status">{failure}</span>
    </p>
  );
}
