/** Alerts as a list that grows at its top, each with what gave it away. */
import type { ReactNode } from "react";
import { short } from "../drawing/format.js";
import { linkTo } from "../drawing/route.js";
import { nameCauses } from "../drawing/words.js";
import { Empty } from "../parts/parts.js";
import type { Alert } from "../state/alerts.js";
import { useShown } from "./context.js";

export function AlertList({ alerts }: { readonly alerts: readonly Alert[] }): ReactNode {
  const { store } = useShown();
  if (alerts.length === 0) {
    return <Empty>{store.loaded ? "No alert." : store.unread}</Empty>;
  }
  return (
    <div className="log" role="log" aria-label="Alerts, newest first" tabIndex={0}>
      <ol>{alerts.map((alert) => <AlertEntry key={alert.alertId} alert={alert} />)}</ol>
    </div>
  );
}

function AlertEntry({ alert }: { readonly alert: Alert }): ReactNode {
  const { store, place, clock } = useShown();
  const causes = nameCauses(alert, store.site.profiles.get(alert.profile));
  return (
    <li data-alert={alert.alertId} data-state={stateOfAlert(alert)}>
      <time dateTime={new Date(alert.t).toISOString()}>{clock.near(alert.t, Date.now())}</time>{" "}
      <AlertMark alert={alert} />{" "}
      <a className="device" href={linkTo(place, "device", alert.deviceId)}>{alert.deviceId}</a>{" "}
      <span className="score">{alert.score === null ? "" : `score ${short(alert.score)} / ${short(alert.threshold)}`}</span>{" "}
      <span className="causes">{causes}</span>
    </li>
  );
}

/** One that its device left without clearing it has *ended*. */
export function stateOfAlert({ open, clearedAt }: Alert): "raised" | "ended" | "cleared" {
  return open ? "raised" : clearedAt === null ? "ended" : "cleared";
}

export function AlertMark({ alert }: { readonly alert: Alert }): ReactNode {
  return (
    <span className="state" data-state={alert.open ? "alert" : "normal"}>
      {alert.open ? "▲ " : "✓ "}{stateOfAlert(alert)}
    </span>
  );
}
