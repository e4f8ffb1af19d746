/** A device of an incident: what was odd of it, and what operators say of its alerts. */
import { useState, type ReactNode } from "react";
import { incidentApi, type Label } from "../api/incidents.js";
import { percent, short, withUnit } from "../drawing/format.js";
import { linkTo } from "../drawing/route.js";
import { titleOf } from "../drawing/words.js";
import type { DeviceConcerned, Feedback } from "../messages/kinds.js";
import { Empty, Shares } from "../parts/parts.js";
import { useShown } from "./context.js";
import { useAct } from "./use_act.js";

const BEFORE_MS = 900_000;
const AFTER_MS = 300_000;

export function Concerned({ device }: { readonly device: DeviceConcerned }): ReactNode {
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
      <p>{device.text}{ratio === null ? "" : ` (highest score ${short(ratio)} times its threshold)`}</p>
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
      {store.mayAct() && alerts.length > 0 ? <Judge device={device} /> : null}
    </article>
  );
}

/** Calls the alerts of a device here normal, or confirms them; shows first what that would change. */
function Judge({ device }: { readonly device: DeviceConcerned }): ReactNode {
  const { busy, said, act } = useAct();
  const [shown, setShown] = useState<{ label: Label; feedback: Feedback } | null>(null);
  const labelsOf = (label: Label): Record<string, Label> => (
    Object.fromEntries(device.alerts.map(({ alertId }) => [alertId, label]))
  );
  const preview = (label: Label): void => {
    void act(async () => {
      setShown({ label, feedback: await incidentApi.judge(device.deviceId, labelsOf(label), true) });
      return "Nothing is changed yet.";
    });
  };
  const apply = (label: Label): void => {
    void act(async () => {
      const { before, after } = await incidentApi.judge(device.deviceId, labelsOf(label), false);
      setShown(null);
      return `Done: the threshold of ${device.deviceId} goes from ${short(before)} to ${short(after)} within a minute.`;
    });
  };
  return (
    <div data-judge>
      <p className="buttons">
        <button type="button" disabled={busy} onClick={() => { preview("normal"); }}>Not an anomaly…</button>
        <button type="button" disabled={busy} onClick={() => { preview("anomaly"); }}>It was an anomaly…</button>
        <span role="status" data-said>{said}</span>
      </p>
      {shown === null ? null : (
        <div data-preview role="group" aria-label="What would change">
          <Outlook feedback={shown.feedback} />
          <p className="buttons">
            <button type="button" disabled={busy || shown.feedback.conflicts.length > 0}
              onClick={() => { apply(shown.label); }}>
              {shown.label === "normal" ? "Yes, this was normal" : "Yes, this was an anomaly"}
            </button>
            <button type="button" onClick={() => { setShown(null); }}>No</button>
          </p>
        </div>
      )}
    </div>
  );
}

function Outlook({ feedback }: { readonly feedback: Feedback }): ReactNode {
  const { clock } = useShown();
  const { before, after, conflicts, effects, deviceId } = feedback;
  return (
    <>
      <p>
        {after === null
          ? `The threshold of ${deviceId} stays at ${short(before)}: none fits.`
          : `The threshold of ${deviceId} would go from ${short(before)} to ${short(after)}.`}
      </p>
      {conflicts.map((conflict) => <p key={conflict} className="note">{conflict}</p>)}
      {effects.length === 0 ? <Empty>It had no alert in the last 30 days.</Empty> : (
        <table className="plain">
          <caption>What would become of its alerts of the last 30 days</caption>
          <thead><tr><th scope="col">Raised</th><th scope="col">Highest score</th><th scope="col">Would be</th></tr></thead>
          <tbody>
            {effects.map(({ alertId, t, peak, effect }) => (
              <tr key={alertId}>
                <td>{clock.full(t)}</td><td className="number">{short(peak)}</td><td>{effect}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
