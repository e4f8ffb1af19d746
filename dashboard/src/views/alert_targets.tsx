/** How many false alerts are accepted of each kind of device: thresholds follow from it. */
import { useState, type ReactNode } from "react";
import { targetApi } from "../api/notifications.js";
import { short } from "../drawing/format.js";
import type { AlertTargets, TargetTrial } from "../messages/kinds.js";
import { Section } from "../parts/parts.js";
import { useShown } from "./context.js";
import { useAct } from "./use_act.js";
import { useRequest } from "./use_request.js";

export function TargetsForm(): ReactNode {
  const { clock, store } = useShown();
  const { answer, failure, put, reload } = useRequest(async () => await targetApi.show(), "targets");
  const isUnread = !store.loaded && store.site.profiles.size === 0; // kinds would stand there by their ids
  return (
    <Section title="False alerts" note="how many are accepted of a device a day" name="alert-targets">
      {failure === "" ? null : (
        <p className="banner" role="alert">
          It could not be read: {failure}. <button type="button" onClick={reload}>Try again</button>
        </p>
      )}
      {answer === null || isUnread ? <p className="empty" role="status">{failure === "" ? "Loading…" : ""}</p> : (
        <>
          <Targets targets={answer} onChange={put} mayChange={store.me?.roles.includes("admin") === true} />
          <p className="note">
            Fewer false alerts mean a higher threshold: small faults are found later, or not at all. Where none is set,
            {" "}{answer.usual} holds. A change is in force within a minute; it concerns all sites, so an admin makes it.
            {answer.setAt === null ? "" : ` ${answer.setBy ?? "Somebody"} changed it last, at ${clock.full(answer.setAt)}.`}
          </p>
        </>
      )}
    </Section>
  );
}

interface TargetsProps {
  readonly targets: AlertTargets;
  readonly mayChange: boolean;
  readonly onChange: (targets: AlertTargets) => void;
}

function Targets({ targets, mayChange, onChange }: TargetsProps): ReactNode {
  const { store } = useShown();
  const { busy, said, act } = useAct();
  const [undo, setUndo] = useState<{ profile: string; target: number | null } | null>(null);
  const [trial, setTrial] = useState<TargetTrial | null>(null);
  const titleOf = (profile: string): string => store.site.profiles.get(profile)?.title ?? profile;
  const preview = (profile: string, target: number | null): void => {
    void act(async () => {
      setTrial(null);
      setTrial(await targetApi.preview(profile, target));
      return "Nothing is changed yet.";
    });
  };
  const set = (profile: string, target: number | null, back: typeof undo): void => {
    void act(async () => {
      const after = await targetApi.set(profile, target, targets.revision);
      setTrial(null);
      onChange(after);
      setUndo(back);
      return `Done: of ${profile} ${after.profiles[profile]?.target ?? "–"} a day, within a minute.`;
    });
  };
  return (
    <>
      <table className="plain stacked">
        <caption>Accepted false alerts, and the threshold that follows</caption>
        <thead>
          <tr>
            <th scope="col">Kind</th><th scope="col">A device and day</th><th scope="col">Threshold</th>
            {mayChange ? <th scope="col">Change</th> : null}
          </tr>
        </thead>
        <tbody>
          {Object.entries(targets.profiles).sort(([a], [b]) => a.localeCompare(b)).map(([profile, each]) => (
            <tr key={profile} data-target={profile}>
              <th scope="row">{titleOf(profile)}</th>
              <td className="number" data-label="A device and day">{each.target}{each.own ? "" : " (usual)"}</td>
              <td data-label="Threshold">
                {each.threshold === null ? "no model" : short(each.threshold)}
                {each.threshold === null || each.follows ? "" : ", whatever is accepted: too few peaks in training"}
              </td>
              {mayChange ? (
                <td>
                  <TargetField name={titleOf(profile)} known={each.target} busy={busy} isOwn={each.own}
                    onType={() => { setTrial(null); }} onPreview={(target) => { preview(profile, target); }}
                    onSet={(target) => { set(profile, target, { profile, target: each.own ? each.target : null }); }} />
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
      {trial === null ? null : <Tried trial={trial} title={titleOf(trial.profile)} />}
      <p role="status" data-said>
        {said}{" "}
        {undo === null ? null : (
          <button type="button" disabled={busy} onClick={() => { set(undo.profile, undo.target, null); }}>Undo</button>
        )}
      </p>
    </>
  );
}

/** What would have come of it. */
function Tried({ trial, title }: { readonly trial: TargetTrial; readonly title: string }): ReactNode {
  return (
    <div data-preview role="group" aria-label="What would have been called">
      <p>
        {title} at {trial.target} a day: the threshold would go from {short(trial.before)} to {short(trial.after)}. {trial.text}
      </p>
      <p className="note">
        Each device is judged by the factor that it has today, each alert by its first hour. What starts allow is not in it.
      </p>
    </div>
  );
}

interface FieldProps {
  readonly name: string;
  readonly known: number;
  readonly isOwn: boolean;
  readonly busy: boolean;
  readonly onType: () => void;
  readonly onPreview: (target: number | null) => void;
  readonly onSet: (target: number | null) => void;
}

function TargetField({ name, known, isOwn, busy, onType, onPreview, onSet }: FieldProps): ReactNode {
  const [typed, setTyped] = useState("");
  const target = Number(typed);
  const fits = typed.trim() !== "" && target >= 0.001 && target <= 100;
  return (
    <span className="buttons">
      <input type="number" min={0.001} max={100} step="any" value={typed} placeholder={String(known)}
        aria-label={`Accepted false alerts of ${name}, 0.001 to 100 a device and day`} aria-invalid={typed !== "" && !fits}
        onChange={(event) => { setTyped(event.target.value); onType(); }} />
      <button type="button" disabled={busy || !fits} onClick={() => { onPreview(target); }}>Preview {name}</button>
      <button type="button" disabled={busy || !fits} onClick={() => { setTyped(""); onSet(target); }}>Set {name}</button>
      {isOwn ? (
        <>
          <button type="button" disabled={busy} onClick={() => { onPreview(null); }}>Preview the usual of {name}</button>
          <button type="button" disabled={busy} onClick={() => { onSet(null); }}>{name}: as usual</button>
        </>
      ) : null}
    </span>
  );
}
