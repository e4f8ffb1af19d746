/** Alarm performance: how often people were called, by the figures that control rooms use. */
import type { ReactNode } from "react";
import { incidentApi } from "../api/incidents.js";
import { count, percent, plain } from "../drawing/format.js";
import { linkTo } from "../drawing/route.js";
import { titleOf } from "../drawing/words.js";
import type { Performance, Profile } from "../messages/kinds.js";
import { Choice, Empty, Section } from "../parts/parts.js";
import { setOptions, useShown } from "./context.js";
import { IncidentTabs } from "./incident_tabs.js";
import { useRequest } from "./use_request.js";

type Figure = "per10Min" | "worst10Min" | "floodPct" | "top10Pct" | "chattering" | "olderThanDay";

const FIGURES: readonly (readonly [Figure, string, string])[] = [
  ["per10Min", "Calls in 10 minutes, on average", ""],
  ["worst10Min", "Calls in the worst 10 minutes", ""],
  ["floodPct", "Share of the time in a flood of calls", "\u202f%"],
  ["top10Pct", "Share of the ten noisiest sources", "\u202f%"],
  ["chattering", "Sources that called three times within a minute", ""],
  ["olderThanDay", "Open, active and not held for more than a day", ""],
];
const DAYS: readonly (readonly [string, string])[] = [["1", "1 day"], ["7", "7 days"], ["30", "30 days"], ["90", "90 days"]];

export function PerformanceView(): ReactNode {
  const { store, place } = useShown();
  const { siteId, caughtUp } = store;
  const days = DAYS.find(([each]) => each === place.options["days"])?.[0] ?? "30";
  const { answer, failure, reload } = useRequest(
    async () => (siteId === undefined ? null : await incidentApi.performance(siteId, Number(days))),
    JSON.stringify([siteId, days, caughtUp]),
  );
  return (
    <>
      <IncidentTabs />
      <Section title="Alarm performance" note="after ISA-18.2 and EEMUA 191" name="performance">
        <div className="filters">
          <Choice label="Over the last" value={days} choices={DAYS}
            onChange={(next) => { setOptions(place, { days: next }); }} />
          <button type="button" onClick={reload}>Read it again</button>
        </div>
        {failure === "" ? null : <p className="banner" role="alert">The figures could not be read: {failure}.</p>}
        {answer === null ? <p className="empty" role="status">{failure === "" ? "Loading…" : ""}</p>
          : <Figures performance={answer} />}
      </Section>
    </>
  );
}

function Figures({ performance }: { readonly performance: Performance }): ReactNode {
  const { store, place, clock } = useShown();
  const profileOf = (deviceId: string): Profile | undefined => (
    store.site.profiles.get(store.site.devices.byId.get(deviceId)?.profile ?? "")
  );
  const { fromMs, toMs, opened, calls, sources, noisiest, bars } = performance;
  return (
    <>
      <p>
        From {clock.full(fromMs)} to {clock.full(toMs)}: {count(opened, "incident")}; people were told{" "}
        {count(calls, "time")}, of {count(sources, "source")}.
      </p>
      <table className="plain">
        <thead>
          <tr><th scope="col">Figure</th><th scope="col">Is</th><th scope="col">At most</th><th scope="col">State</th></tr>
        </thead>
        <tbody>
          {FIGURES.map(([name, title, unit]) => {
            const [value, bar] = [performance[name], bars[name]];
            // Ten of ten sources are always all of them.
            const isMoot = name === "top10Pct" && sources <= 10;
            const over = bar !== undefined && value > bar && !isMoot;
            const word = isMoot ? "• too few sources to tell" : over ? "◆ over" : "• kept";
            return (
              <tr key={name} data-figure={name}>
                <th scope="row">{title}</th>
                <td className="number">{plain(value)}{unit}</td>
                <td className="number">{plain(bar)}{unit}</td>
                <td><span className="state" data-state={over ? "odd" : "normal"}>{word}</span></td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <h3>The noisiest sources</h3>
      {noisiest.length === 0 ? <Empty>Nobody was called.</Empty> : (
        <table className="plain">
          <thead>
            <tr><th scope="col">Device</th><th scope="col">What was odd</th><th scope="col">Calls</th><th scope="col">Share</th></tr>
          </thead>
          <tbody>
            {noisiest.map(({ deviceId, what, calls: number, sharePct }) => (
              <tr key={`${deviceId}\n${what}`}>
                <th scope="row"><a href={linkTo(place, "device", deviceId)}>{deviceId}</a></th><td>{titleOf(what, profileOf(deviceId))}</td><td className="number">{number}</td>
                <td className="number">{percent(sharePct / 100)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className="note">To quieten a source that is known, set a maintenance window for its device.</p>
    </>
  );
}
