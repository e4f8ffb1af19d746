/** One device: its channels and score over time, what is usual, and what happened to it. */
import { useCallback, useMemo, useState, type ReactNode } from "react";
import { limitApi } from "../api/limits.js";
import { nameChannels } from "../drawing/channel_words.js";
import { count, percent, short, span } from "../drawing/format.js";
import { listHeld, listLimits } from "../drawing/limits.js";
import { DEFAULT_SPAN, readRange, SPANS, type Range } from "../drawing/ranges.js";
import { findUsual, writeCsv, type Limit, type Line } from "../drawing/series.js";
import { listShares, listTasks, titleOf } from "../drawing/words.js";
import type { DeviceLimits, ReadingsShown } from "../messages/kinds.js";
import { Choice, Empty, Facts, Section, Shares, StateMark } from "../parts/parts.js";
import { LineChart } from "../parts/line_chart.js";
import type { Alert } from "../state/alerts.js";
import { stateOf, type Device } from "../state/devices.js";
import type { Store } from "../state/store.js";
import { AlertList, stateOfAlert } from "./alert_list.js";
import { setOptions, useShown } from "./context.js";
import { Limits } from "./limits.js";
import { Sensors } from "./sensors.js";
import { useRequest, type Requested } from "./use_request.js";
import { useChart, useLastDay, useLines } from "./use_chart.js";

const NO_LINE: Line = { t: [], values: [], low: null, high: null };
const NO_LIMITS: readonly Limit[] = [];

export function DeviceView({ deviceId }: { readonly deviceId: string }): ReactNode {
  const { store, place } = useShown();
  const device = store.site.devices.byId.get(deviceId);
  const range = readRange(place.options, Date.now());
  const spanMs = range.live ? range.to - range.from : null;
  const { shown, failure, reload } = useChart(deviceId, spanMs, range.from, range.to, store.caughtUp);
  const lines = useLines(shown, device, range.live, range.from);
  const limits = useRequest(
    async () => await limitApi.ofDevice(deviceId),
    JSON.stringify([deviceId, store.caughtUp, store.site.limitsRevision]),
  );
  return (
    <>
      <h2 className="title">{deviceId}</h2>
      {device === undefined || isUnread(store, device)
        ? <Empty>{store.loaded ? `Site ${store.siteId ?? ""} has no device ${deviceId}.` : store.unread}</Empty>
        : <Standing device={device} />}
      <Ranges range={range} shown={shown} deviceId={deviceId} />
      {failure === "" ? null : (
        <p className="banner" role="alert">
          The readings could not be had: {failure}.{" "}
          <button type="button" onClick={reload}>Try again</button>
        </p>
      )}
      {shown === null && failure === "" ? <p className="empty" role="status">Loading…</p> : null}
      <Charts deviceId={deviceId} device={device} lines={lines} range={range}
        shown={device !== undefined && isUnread(store, device) ? null : shown} limits={limits.answer} />
      <Details device={device} limits={limits} />
      <Behind deviceId={deviceId} />
    </>
  );
}

/** Whether its kind may still come: until then its channels have neither titles nor units. */
function isUnread({ loaded, site }: Store, { profile }: Device): boolean {
  return !loaded && !site.profiles.has(profile);
}

interface DetailsProps {
  readonly device: Device | undefined;
  readonly limits: Requested<DeviceLimits>;
}

function Details({ device, limits }: DetailsProps): ReactNode {
  const { store } = useShown();
  const profile = store.site.profiles.get(device?.profile ?? "");
  if (device === undefined || profile === undefined) {
    return null;
  }
  return (
    <>
      <Limits profile={profile} requested={limits} />
      <Sensors deviceId={device.deviceId} profile={profile}
        mark={JSON.stringify([device.sensors, device.state, device.remarks])} />
    </>
  );
}

function Standing({ device }: { readonly device: Device }): ReactNode {
  const { store, clock } = useShown();
  const now = Date.now();
  const profile = store.site.profiles.get(device.profile);
  const out = Object.entries(device.sensors).map(([name, state]) => `${titleOf(name, profile)} ${state}`);
  const { plan } = store.site;
  const tasks = plan === null ? [] : listTasks(plan.allocation, device.deviceId);
  return (
    <Facts facts={[
      ["State", <StateMark key="state" state={stateOf(device, now)} />],
      ["Kind", profile?.title ?? device.profile],
      ["Score / threshold", `${short(device.score)} / ${short(device.threshold)}`],
      ["In alert since", device.alertSince === null
        ? "not in alert" : `${clock.near(device.alertSince, now)}, ${span(now - device.alertSince)}`],
      ["Last reading", `${clock.near(device.t, now)}, ${span(now - device.t)} ago`],
      ["Sensors out", out.length === 0 ? "none" : out.join(", ")],
      ["Tasks", tasks.length > 0 ? tasks.join(", ") : store.loaded ? "none planned here" : "not read yet"],
      ["Remarks", device.remarks.length === 0 ? "none"
        : nameChannels(device.remarks.join("; "), profile === undefined ? [] : [profile])],
      ["Model", device.modelVersion ?? "not said yet"],
    ]} />
  );
}

interface RangesProps {
  readonly range: Range;
  readonly shown: ReadingsShown | null;
  readonly deviceId: string;
}

function Ranges({ range, shown, deviceId }: RangesProps): ReactNode {
  const { place, clock } = useShown();
  const value = range.live ? place.options["span"] ?? DEFAULT_SPAN : "fixed";
  const choices = SPANS.map(([name, title]): [string, string] => [name, `last ${title}`]);
  const step = shown?.resolution === "raw" ? "each of them drawn" : `drawn by ${shown?.resolution ?? ""}`;
  const fix = (from: number, to: number): void => {
    setOptions(place, { from: String(Math.round(from)), to: String(Math.round(to)) });
  };
  return (
    <div className="filters">
      <Choice label="Time" value={value} choices={range.live ? choices : [...choices, ["fixed", "fixed"]]}
        onChange={(next) => { setOptions(place, next === "fixed" ? {} : { span: next, from: "", to: "" }); }} />
      {range.live
        ? <button type="button" onClick={() => { fix(range.from, Math.min(range.to, Date.now())); }}>Hold</button>
        : <button type="button" onClick={() => { setOptions(place, { from: "", to: "" }); }}>Live</button>}
      <span className="note">
        {range.live ? "follows the newest" : `${clock.full(range.from)} to ${clock.full(range.to)}`}
        {shown === null ? "" : `; ${count(shown.readings, "reading")}, ${step}`}
      </span>
      <button type="button" disabled={shown === null}
        onClick={() => { if (shown !== null) { saveCsv(shown, deviceId); } }}>Save as CSV</button>
    </div>
  );
}

function saveCsv(shown: ReadingsShown, deviceId: string): void {
  const address = URL.createObjectURL(new Blob([writeCsv(shown)], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${deviceId}.csv`;
  link.click();
  URL.revokeObjectURL(address);
}

interface ChartsProps {
  readonly deviceId: string;
  readonly device: Device | undefined;
  readonly lines: ReadonlyMap<string, Line>;
  readonly range: Range;
  readonly shown: ReadingsShown | null;
  readonly limits: DeviceLimits | null;
}

function Charts({ deviceId, device, lines, range, shown, limits }: ChartsProps): ReactNode {
  const { store, place, clock } = useShown();
  const day = useLastDay(deviceId);
  const alerts = store.site.alerts.list;
  const marks = useMemo(() => alerts
    .filter((alert) => alert.deviceId === deviceId)
    .map(({ t, clearedAt }): [number, number] => [t, clearedAt ?? Number.MAX_SAFE_INTEGER])
    .map(([from, to]): [number, number] => [from, Math.min(to, 8.64e15)]), [alerts, deviceId]);
  const profile = store.site.profiles.get(device?.profile ?? "");
  const held = useMemo(() => new Map([...(limits === null ? [] : listHeld(limits))].map(([name, { bounds }]) => (
    [name, listLimits(bounds)]
  ))), [limits]);
  const usual = useMemo(() => new Map(Object.keys(day?.series ?? {}).map((name) => (
    [name, day === null ? null : findUsual(day, name)]
  ))), [day]);
  const zoom = useCallback((from: number, to: number): void => {
    setOptions(place, { from: String(Math.round(from)), to: String(Math.round(to)) });
  }, [place]);
  const threshold = device?.threshold ?? shown?.threshold ?? null;
  const ofScore = useMemo((): readonly Limit[] => (
    threshold === null ? NO_LIMITS : [{ title: "threshold", value: threshold, kind: "threshold" }]
  ), [threshold]);
  if (shown === null) {
    return null;
  }
  const channels = profile?.channels ?? [...lines.keys()].filter((name) => name !== "score")
    .map((name) => ({ name, title: name, unit: "" }));
  const common = { from: range.from, to: range.to, marks, clock, onZoom: zoom };
  return (
    <div className="charts">
      <p className="note">
        Grey band: where 90 % of the last 24 h lay. Red: in alert. Broken line: threshold; long dashes: an alarm or
        warning that people set. Drag over a chart to zoom; arrow keys move the cursor of all.
      </p>
      <LineChart title="Anomaly score" unit="" line={lines.get("score") ?? NO_LINE}
        band={usual.get("score") ?? null} limits={ofScore} {...common} />
      {channels.map(({ name, title, unit }) => (
        <LineChart key={name} title={title} unit={unit} line={lines.get(name) ?? NO_LINE}
          band={usual.get(name) ?? null} limits={held.get(name) ?? NO_LIMITS} {...common} />
      ))}
    </div>
  );
}

function Behind({ deviceId }: { readonly deviceId: string }): ReactNode {
  const { store } = useShown();
  const alerts = store.site.alerts.list.filter((alert) => alert.deviceId === deviceId);
  return (
    <div className="columns">
      <Blame alerts={alerts} />
      <Section title="Its alerts" name="device-alerts"><AlertList alerts={alerts} /></Section>
    </div>
  );
}

/** What gave away one of its alerts: the newest, until another is chosen. */
function Blame({ alerts }: { readonly alerts: readonly Alert[] }): ReactNode {
  const { store, clock } = useShown();
  const [alertId, setAlertId] = useState("");
  const known = alerts.filter(({ contributions }) => Object.keys(contributions).length > 0);
  const chosen = known.find((alert) => alert.alertId === alertId) ?? known[0];
  return (
    <Section title="What gave it away" note="contributions at an alert" name="contributions">
      {chosen === undefined ? <Empty>{store.loaded ? "No alert with contributions." : store.unread}</Empty> : (
        <>
          <Choice label="Alert" value={chosen.alertId} onChange={setAlertId}
            choices={known.map((alert): [string, string] => [alert.alertId, `${clock.full(alert.t)}, ${stateOfAlert(alert)}`])} />
          <Shares shares={listShares(chosen.contributions, store.site.profiles.get(chosen.profile))
            .map((each) => ({ ...each, text: percent(each.share) }))} />
        </>
      )}
    </Section>
  );
}
