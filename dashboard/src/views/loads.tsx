/** What each device carries after the newest plan, against what it can. */
import type { ReactNode } from "react";
import { percent, plain } from "../drawing/format.js";
import { Empty } from "../parts/parts.js";
import { compareNames } from "../state/names.js";
import { useShown } from "./context.js";

export function Loads(): ReactNode {
  const { store } = useShown();
  const { plan } = store.site;
  if (plan === null) {
    return <Empty>{store.loaded ? "No plan says it yet." : store.unread}</Empty>;
  }
  const devices = Object.entries(plan.devices).sort(([a], [b]) => compareNames(a, b));
  return (
    <table className="plain">
      <caption>Plan {plan.version}</caption>
      <thead>
        <tr><th scope="col">Device</th><th scope="col">Load / capacity</th><th scope="col">Relied on</th></tr>
      </thead>
      <tbody>
        {devices.map(([name, { loadPct, capacityPct, health, why, drained }]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className="number">
              <meter min={0} max={Math.max(capacityPct, loadPct, 1)} high={capacityPct} value={loadPct}
                aria-label={`load of ${name}`} />{" "}
              {plain(loadPct)} / {plain(capacityPct)}{"\u202f%"}
            </td>
            <td>{drained ? "drained" : `${percent(health)}${sayWhy(health, why)}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** One that is sound may still be given nothing new. */
function sayWhy(health: number, why: string): string {
  if (why === "") {
    return "";
  }
  return health < 1 ? `: ${why}` : `, but nothing new: ${why}`;
}
