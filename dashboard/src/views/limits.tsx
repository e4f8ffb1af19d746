/** The plain limits of a device: which hold, and for operators what others would have called. */
import { useState, type ReactNode } from "react";
import { limitApi } from "../api/limits.js";
import { wordsOf } from "../api/request.js";
import { count, short, withUnit } from "../drawing/format.js";
import {
  describeLimits, FIELDS, findWritten, listHeld, nameBound, patchLimits, readLimits, writeLimits, type Held, type LimitForm,
  type Scope, type Written,
} from "../drawing/limits.js";
import type { DeviceLimits, LimitTrial, Profile } from "../messages/kinds.js";
import { Choice, Empty, Field, Section } from "../parts/parts.js";
import { useShown } from "./context.js";
import { useAct } from "./use_act.js";
import type { Requested } from "./use_request.js";

const HOURS: readonly (readonly [string, string])[] = [["1", "hour"], ["24", "24 hours"], ["72", "72 hours"]];

interface Props {
  readonly profile: Profile;
  readonly requested: Requested<DeviceLimits>;
}

export function Limits({ profile, requested }: Props): ReactNode {
  const { store } = useShown();
  const { answer, failure, reload } = requested;
  const held = answer === null ? new Map<string, Held>() : listHeld(answer);
  const limited = profile.channels.filter(({ name }) => held.has(name));
  return (
    <Section title="Plain limits" note="called whatever is usual" name="limits">
      {failure === "" ? null : (
        <p className="banner" role="alert">
          They could not be read: {failure}. <button type="button" onClick={reload}>Try again</button>
        </p>
      )}
      {answer === null ? <p className="empty" role="status">{failure === "" ? "Loading…" : ""}</p> : (
        <>
          {limited.length === 0 ? <Empty>It has no limit. What is unusual is called all the same.</Empty> : (
            <ul className="plain-list">
              {limited.map(({ name, title, unit }) => {
                const limits = held.get(name);
                return limits === undefined ? null : (
                  <li key={name} data-limit={name}><strong>{title}</strong>: {describeLimits(limits, unit)}</li>
                );
              })}
            </ul>
          )}
          {store.mayAct() ? <Editor key={profile.name} profile={profile} limits={answer} onChange={reload} /> : null}
        </>
      )}
    </Section>
  );
}

interface EditorProps {
  readonly profile: Profile;
  readonly limits: DeviceLimits;
  readonly onChange: () => void;
}

/** How what is set goes back: at the place where it was changed. */
interface Undo {
  readonly patch: object;
  readonly revision: number;
}

function Editor({ profile, limits, onChange }: EditorProps): ReactNode {
  const { busy, said, act } = useAct();
  const [channel, setChannel] = useState(profile.channels[0]?.name ?? "");
  const [scope, setScope] = useState<Scope>("device");
  const [form, setForm] = useState<LimitForm>(() => readLimits(limits.channels[channel]?.written));
  const [hours, setHours] = useState("24");
  const [trial, setTrial] = useState<LimitTrial | null>(null);
  const [undo, setUndo] = useState<Undo | null>(null);
  const written = writeLimits(form);
  const fault = "fault" in written ? written.fault : "";
  const name = scope === "device" ? limits.deviceId : profile.name;
  const unit = unitOf(profile, channel);
  const choose = (next: string): void => {
    setChannel(next);
    setForm(readLimits(limits.channels[next]?.written));
    setTrial(null);
  };
  const change = (next: Written | null, words: string): void => {
    void act(async (site) => {
      const before = findWritten(await limitApi.ofSite(site), scope, name, channel);
      const after = await limitApi.set(site, patchLimits(scope, name, channel, next), limits.revision);
      setUndo({ patch: patchLimits(scope, name, channel, before), revision: after.revision });
      setTrial(null);
      onChange();
      return `${words} It is in force within a minute.`;
    });
  };
  const takeBack = ({ patch, revision }: Undo): void => {
    void act(async (site) => {
      await limitApi.set(site, patch, revision);
      setUndo(null);
      onChange();
      return "It is as it was.";
    });
  };
  const preview = (): void => {
    if ("fault" in written) {
      return;
    }
    void act(async () => {
      try {
        setTrial(await limitApi.preview(limits.deviceId, channel, written.limits, Number(hours)));
      } catch (error) {
        setTrial(null);
        return wordsOf(error);
      }
      return "Nothing is changed yet.";
    });
  };
  return (
    <div data-editor role="group" aria-label="Set limits">
      <h3>Set limits</h3>
      <div className="fields">
        <Choice label="Channel" value={channel} onChange={choose}
          choices={profile.channels.map(({ name: each, title, unit }): [string, string] => [each, unit === "" ? title : `${title} (${unit})`])} />
        <Choice label="Of" value={scope} onChange={(next) => { setScope(next === "site" ? "site" : "device"); }}
          choices={[["device", `${limits.deviceId} alone`], ["site", `each ${profile.title} of this site`]]} />
        <PresetChoice profile={profile} channel={channel} limits={limits} form={form}
          onChange={(preset) => { setForm({ ...form, preset }); setTrial(null); }} />
        {FIELDS.map(([field, title, hasUnit]) => (
          <Field key={field} label={nameField(title, hasUnit, unit)} type="number" value={form[field]}
            onChange={(value) => { setForm({ ...form, [field]: value }); setTrial(null); }} />
        ))}
      </div>
      <p className="buttons">
        <Choice label="Try it on the last" value={hours} choices={HOURS} onChange={(next) => { setHours(next); setTrial(null); }} />
        <button type="button" disabled={busy || fault !== ""} onClick={preview}>Preview</button>
        <button type="button" disabled={busy || fault !== ""}
          onClick={() => { if ("limits" in written) { change(written.limits, "The limits are set."); } }}>Set them</button>
        <button type="button" disabled={busy} onClick={() => { change({}, "There is no limit here any more."); }}>Have none</button>
        <button type="button" disabled={busy} onClick={() => { change(null, "What is set wider counts again."); }}>
          As {scope === "device" ? "its kind" : "everywhere"}
        </button>
        {undo === null ? null : <button type="button" disabled={busy} onClick={() => { takeBack(undo); }}>Undo</button>}
        <span role="status" data-said>{fault === "" || said !== "" ? said : `To set limits: ${fault}.`}</span>
      </p>
      {trial === null ? null : <Tried trial={trial} />}
    </div>
  );
}

function unitOf({ channels }: Profile, channel: string): string {
  return channels.find(({ name }) => name === channel)?.unit ?? "";
}

/** A field whose number is in the unit of the channel says so. */
function nameField(title: string, hasUnit: boolean, unit: string): string {
  return hasUnit && unit !== "" ? `${title} (${unit})` : title;
}

interface PresetProps {
  readonly profile: Profile;
  readonly channel: string;
  readonly limits: DeviceLimits;
  readonly form: LimitForm;
  readonly onChange: (preset: string) => void;
}

/** The presets in the unit of the channel. */
function PresetChoice({ profile, channel, limits, form, onChange }: PresetProps): ReactNode {
  const unit = unitOf(profile, channel);
  const fitting = Object.entries(limits.presets).filter(([, preset]) => preset.unit === unit);
  if (fitting.length === 0) {
    return null;
  }
  return (
    <Choice label="Preset" value={form.preset} onChange={onChange} choices={[
      ["", "none"],
      ...fitting.map(([name, { title, warningHigh, alarmHigh }]): [string, string] => (
        [name, `${name}: ${short(warningHigh)} and ${withUnit(alarmHigh, unit)}, ${title}`]
      )),
    ]} />
  );
}

function Tried({ trial }: { readonly trial: LimitTrial }): ReactNode {
  const { clock } = useShown();
  return (
    <div data-preview role="group" aria-label="What would have been called">
      <p>{trial.deviceId}: {trial.text}, of {count(trial.readings, "reading")}.</p>
      <table className="plain">
        <thead>
          <tr><th scope="col">Limit</th><th scope="col">Calls</th><th scope="col">First</th><th scope="col">Open</th></tr>
        </thead>
        <tbody>
          {trial.limits.map(({ limit, calls, firstT, openPct }) => (
            <tr key={`${limit.level} ${limit.side}`}>
              <th scope="row">{nameBound({ ...limit, value: limit.limit ?? Number.NaN }, limit.unit)}</th>
              <td className="number">{calls}</td>
              <td>{firstT === null ? "never" : clock.full(firstT)}</td>
              <td className="number">{short(openPct)} % of the readings</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
