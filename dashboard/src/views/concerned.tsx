/** A device of an incident: what was odd of it, and what operators say of its alerts. */
import type { ReactNode } from "react";
import { nameChannels } from "../drawing/channel_words.js";
import { percent, short, withUnit } from "../drawing/format.js";
import { linkTo } from "../drawing/route.js";
import { titleOf } from "../drawing/words.js";
import type { DeviceConcerned, IncidentShown } from "../messages/kinds.js";
import { Shares } from "../parts/parts.js";
import { useShown } from "./context.js";
import { Judge } from "./judge.js";

const BEFORE_MS = 900_000;
const AFTER_MS = 300_000;

interface Props {
  readonly device: DeviceConcerned;
  readonly incident: IncidentShown;
  readonly onChange: (incident: IncidentShown) => void;
}

export function Concerned({ device, incident, onChange }: Props): ReactNode {
  const { store, place } = useShown();
  const { deviceId, top, sensors, alerts, ratio, active } = device;
  const profile = store.site.profiles.get(device.profile);
  const unitOf = (name: string): string => profile?.channels.find((each) => each.name === name)?.unit ?? "";
  const start = Math.min(...alerts.map(({ raisedT }) => raisedT ?? Number.POSITIVE_INFINITY));
  const ends = alerts.map(({ clearedT }) => clearedT ?? Date.now());
  const around = Number.isFinite(start)
    ? { from: String(start - BEFORE_MS), to: String(Math.min(Math.max(...ends) + AFTER_MS, Date.now())) } : {};
  return (
    <article className="concerned" data-concerned={deviceId}>
      <h3>
        <a href={linkTo(place, "device", deviceId, around)}>{deviceId}</a>{" "}
        <small>{profile?.title ?? device.profile}, {active ? "in alert" : "normal again"}</small>
      </h3>
      <p>{nameChannels(device.text, profile === undefined ? [] : [profile])}{ratio === null ? "" : ` (highest score ${short(ratio)} times its threshold)`}</p>
      {top.length === 0 ? null : (
        <Shares shares={top.map(({ name, share, value, low, high }) => ({
          title: titleOf(name, profile), share,
          text: percent(share),
          note: value === null ? "" : withUnit(value, unitOf(name))
            + (low === null || high === null ? "" : `, usually ${short(low)} to ${withUnit(high, unitOf(name))}`),
        }))} />
      )}
      {Object.keys(sensors).length === 0 ? null : (
        <p>Sensors out: {Object.entries(sensors).map(([name, state]) => `${titleOf(name, profile)} ${state}`).join(", ")}.</p>
      )}
      {store.mayAct() && alerts.length > 0 ? <Judge incident={incident} devices={[deviceId]} onChange={onChange} /> : null}
    </article>
  );
}
