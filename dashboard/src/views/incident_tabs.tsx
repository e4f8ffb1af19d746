/** The ways from one view about incidents to another. */
import type { ReactNode } from "react";
import { linkTo, type ViewName } from "../drawing/route.js";
import { useShown } from "./context.js";

const TABS: readonly (readonly [ViewName, string])[] = [
  ["incidents", "List"], ["maintenance", "Maintenance"], ["notifications", "Notifications"], ["performance", "Alarm performance"],
];

export function IncidentTabs(): ReactNode {
  const { place } = useShown();
  return (
    <nav className="tabs" aria-label="About incidents">
      {TABS.map(([view, title]) => (
        <a key={view} href={linkTo(place, view)} aria-current={place.view === view ? "page" : undefined}>{title}</a>
      ))}
    </nav>
  );
}
