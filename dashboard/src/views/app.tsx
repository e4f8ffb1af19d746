/** The page around the views: site, connection, navigation. */
import { lazy, Suspense, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { Clock } from "../drawing/format.js";
import { linkTo, readPlace, writePlace, type Place, type ViewName } from "../drawing/route.js";
import { keepPreferences, loadPreferences, type Preferences } from "../preferences.js";
import type { Store } from "../state/store.js";
import { ConnectionState, Trouble } from "./connection_state.js";
import { ShownContext, useShown } from "./context.js";
import { Overview } from "./overview.js";

const DeviceView = lazy(async () => ({ default: (await import("./device.js")).DeviceView }));
const IncidentsView = lazy(async () => ({ default: (await import("./incidents.js")).IncidentsView }));
const IncidentView = lazy(async () => ({ default: (await import("./incident.js")).IncidentView }));
const MaintenanceView = lazy(async () => ({ default: (await import("./maintenance.js")).MaintenanceView }));
const NotificationsView = lazy(async () => ({ default: (await import("./notifications.js")).NotificationsView }));
const PerformanceView = lazy(async () => ({ default: (await import("./performance.js")).PerformanceView }));
const TryView = lazy(async () => ({ default: (await import("./try_it.js")).TryView }));
const AlertsView = lazy(async () => ({ default: (await import("./alerts.js")).AlertsView }));
const WorkView = lazy(async () => ({ default: (await import("./work.js")).WorkView }));
const ModelView = lazy(async () => ({ default: (await import("./model.js")).ModelView }));
const SettingsView = lazy(async () => ({ default: (await import("./settings.js")).SettingsView }));

const TABS: readonly (readonly [ViewName, string])[] = [
  ["overview", "Overview"], ["incidents", "Incidents"], ["alerts", "Alerts"], ["work", "Work"],
  ["model", "Model"], ["try", "Try it"], ["settings", "Settings"],
];
/** The tab under which a view lies that has none of its own. */
const UNDER: Partial<Readonly<Record<ViewName, ViewName>>> = {
  incident: "incidents", maintenance: "incidents", notifications: "incidents", performance: "incidents", device: "overview",
};

export function App({ store }: { readonly store: Store }): ReactNode {
  const [place, setPlace] = useState(() => readPlace(location.hash));
  const [preferences, setPreferences] = useState(loadPreferences);
  const clock = useMemo(() => new Clock(preferences.zone || undefined), [preferences.zone]);
  useEffect(() => {
    const follow = (): void => { setPlace(readPlace(location.hash)); };
    addEventListener("hashchange", follow);
    return () => { removeEventListener("hashchange", follow); };
  }, []);
  useEffect(() => { store.open(place.site); }, [store, place.site]);
  useBeginning(place);
  useEffect(() => { store.refreshEvery(preferences.refreshMs); }, [store, preferences.refreshMs]);
  const prefer = (next: Preferences): void => {
    keepPreferences(next);
    setPreferences(next);
  };
  const shown = useMemo(() => ({ store, place, clock }), [store, place, clock]);
  return (
    <ShownContext value={shown}>
      <a className="skip" href="#main" onClick={focusMain}>Skip to the content</a>
      <header>
        <h1>Tocsin</h1>
        <SiteChoice />
        <nav aria-label="Views">
          {TABS.map(([view, title]) => (
            <a key={view} href={linkTo(place, view)} aria-current={(UNDER[place.view] ?? place.view) === view ? "page" : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <ConnectionState />
      </header>
      <Trouble />
      <main id="main" tabIndex={-1}>
        <Suspense fallback={<p className="empty" role="status">Loading…</p>}>
          <View place={place} preferences={preferences} onPrefer={prefer} />
        </Suspense>
      </main>
    </ShownContext>
  );
}

/** Another view is shown from its top; the keyboard goes on there, since the link that led to it is gone. */
function useBeginning({ view, subject }: Place): void {
  const last = useRef<string | null>(null);
  useEffect(() => {
    const shown = `${view} ${subject}`;
    if (last.current !== null && last.current !== shown) {
      scrollTo(0, 0);
      const { activeElement } = document;
      // Gone, or hidden while the new view is loaded.
      if (activeElement === document.body || activeElement?.checkVisibility() === false) {
        document.getElementById("main")?.focus({ preventScroll: true });
      }
    }
    last.current = shown;
  }, [view, subject]);
}

function focusMain(event: { preventDefault: () => void }): void {
  event.preventDefault(); // the fragment of the address says which view is shown
  document.getElementById("main")?.focus();
}

interface ViewProps {
  readonly place: Place;
  readonly preferences: Preferences;
  readonly onPrefer: (preferences: Preferences) => void;
}

const VIEWS: Readonly<Record<ViewName, (props: ViewProps) => ReactNode>> = {
  overview: () => <Overview />,
  device: ({ place }) => <DeviceView key={place.subject} deviceId={place.subject} />,
  incidents: () => <IncidentsView />,
  incident: ({ place }) => <IncidentView key={place.subject} id={place.subject} />,
  maintenance: () => <MaintenanceView />,
  notifications: () => <NotificationsView />,
  performance: () => <PerformanceView />,
  try: () => <TryView />,
  alerts: () => <AlertsView />,
  work: () => <WorkView />,
  model: () => <ModelView />,
  settings: ({ preferences, onPrefer }) => <SettingsView preferences={preferences} onPrefer={onPrefer} />,
};

function View(props: ViewProps): ReactNode {
  return VIEWS[props.place.view](props);
}

function SiteChoice(): ReactNode {
  const { store, place } = useShown();
  const shown = store.siteId ?? "";
  const isKnown = store.sites.includes(shown);
  const choose = (site: string): void => {
    const view = place.subject === "" ? place.view : UNDER[place.view] ?? "overview"; // it is of another site
    location.hash = writePlace({ view, subject: "", site, options: {} });
  };
  return (
    <label className="site">
      Site{" "}
      <select value={isKnown ? shown : ""} disabled={isKnown && store.sites.length < 2}
        onChange={(event) => { choose(event.target.value); }}>
        {isKnown ? null : <option value="">{store.sites.length === 0 ? "–" : "choose…"}</option>}
        {store.sites.map((site) => <option key={site} value={site}>{site}</option>)}
      </select>
    </label>
  );
}
