/** What operators say an incident was worth; shows first what that would change. */
import { useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { incidentApi, type Worth } from "../api/incidents.js";
import { short } from "../drawing/format.js";
import { tellVerdict } from "../drawing/verdict_words.js";
import type { DeviceVerdict, Feedback, IncidentShown, Profile, Verdict } from "../messages/kinds.js";
import { useShown } from "./context.js";
import { useAct } from "./use_act.js";

const ASKED: readonly (readonly [Worth, string, string])[] = [
  ["normal", "Not an anomaly…", "Yes, this was normal"],
  ["anomaly", "It was an anomaly…", "Yes, this was an anomaly"],
  ["new normal", "This is normal from now on…", "Yes, normal from now on"],
];

interface Props {
  readonly incident: IncidentShown;
  /** Of which of its devices it is said. */
  readonly devices: readonly string[];
  readonly onChange: (incident: IncidentShown) => void;
}

export function Judge({ incident, devices, onChange }: Props): ReactNode {
  const { store } = useShown();
  const { busy, said, act } = useAct();
  const [comment, setComment] = useState("");
  const buttons = useRef<HTMLParagraphElement>(null);
  const [shown, setShown] = useState<{ worth: Worth; verdict: Verdict } | null>(null);
  const profileOf = (deviceId: string): Profile | undefined => (
    store.site.profiles.get(incident.devices.find((device) => device.deviceId === deviceId)?.profile ?? "")
  );
  const judge = async (site: string, worth: Worth, preview: boolean): Promise<Verdict> => (
    await incidentApi.judge(site, incident.id, worth, devices, comment.trim(), preview)
  );
  const preview = (worth: Worth): void => {
    void act(async (site) => {
      setShown({ worth, verdict: await judge(site, worth, true) });
      return "Nothing is changed yet.";
    });
  };
  const apply = (worth: Worth): void => {
    void act(async (site) => {
      const verdict = await judge(site, worth, false);
      setShown(null);
      setComment("");
      onChange(verdict.incident);
      const lines = verdict.devices.flatMap((device) => tellVerdict(device, profileOf(device.deviceId)).lines);
      return `Done, within a minute: ${lines.join(" ")}`;
    });
  };
  const leave = (): void => {
    buttons.current?.querySelector<HTMLElement>(`[data-worth="${shown?.worth ?? ""}"]`)?.focus();
    setShown(null);
  };
  const leaveByKey = ({ key }: KeyboardEvent): void => {
    if (key === "Escape") {
      leave();
    }
  };
  const fits = shown?.verdict.devices.some((device) => tellVerdict(device, profileOf(device.deviceId)).fits) === true;
  return (
    <div data-judge>
      <p className="buttons" ref={buttons}>
        {ASKED.map(([worth, question]) => (
          <button key={worth} type="button" data-worth={worth} aria-expanded={shown?.worth === worth} disabled={busy} onClick={() => { preview(worth); }}>{question}</button>
        ))}
        <span role="status" data-said>{said}</span>
      </p>
      {shown === null ? null : (
        <div data-preview role="group" aria-label="What would change" onKeyDown={leaveByKey}>
          {shown.verdict.devices.map((device) => (
            <Outlook key={device.deviceId} verdict={device} lines={tellVerdict(device, profileOf(device.deviceId)).lines} />
          ))}
          <p className="note">
            An incident that is clear is closed by this, and one that is active is acknowledged.
          </p>
          <p className="buttons">
            <label className="choice">
              Why{" "}
              <input value={comment} maxLength={2_000} placeholder="goes into the timeline"
                onChange={(event) => { setComment(event.target.value); }} />
            </label>
            <button type="button" disabled={busy || !fits} onClick={() => { apply(shown.worth); }}>
              {ASKED.find(([worth]) => worth === shown.worth)?.[2]}
            </button>
            <button type="button" onClick={leave}>No</button>
          </p>
        </div>
      )}
    </div>
  );
}

interface OutlookProps {
  readonly verdict: DeviceVerdict;
  readonly lines: readonly string[];
}

function Outlook({ verdict, lines }: OutlookProps): ReactNode {
  return (
    <>
      {lines.map((line) => <p key={line}>{line}</p>)}
      {verdict.feedback === null ? null : <Effects feedback={verdict.feedback} />}
    </>
  );
}

function Effects({ feedback }: { readonly feedback: Feedback }): ReactNode {
  const { clock } = useShown();
  const { deviceId, effects } = feedback;
  if (effects.length === 0) {
    return <p className="empty">It had no alert in the last 30 days.</p>;
  }
  return (
    <table className="plain">
      <caption>What would become of the alerts of {deviceId} of the last 30 days</caption>
      <thead><tr><th scope="col">Raised</th><th scope="col">Highest score</th><th scope="col">Would be</th></tr></thead>
      <tbody>
        {effects.map(({ alertId, t, peak, effect }) => (
          <tr key={alertId}>
            <td>{clock.full(t)}</td><td className="number">{short(peak)}</td><td>{effect}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
