/** Maintenance windows: which there are, and a new one, tried on the past before it is set. */
import { useState, type ReactNode } from "react";
import { maintenanceApi } from "../api/incidents.js";
import { sentence } from "../drawing/format.js";
import { writeLocal } from "../drawing/local_time.js";
import { describeWindow, writeWindow, type WindowForm } from "../drawing/maintenance.js";
import { nameWindow } from "../drawing/incident_words.js";
import type { MaintenanceWindow, Trial } from "../messages/kinds.js";
import { Empty, Section } from "../parts/parts.js";
import { useShown } from "./context.js";
import { IncidentList } from "./incident_list.js";
import { IncidentTabs } from "./incident_tabs.js";
import { useAct } from "./use_act.js";
import { useRequest } from "./use_request.js";
import { WindowFields } from "./window_fields.js";

const HOUR_MS = 3_600_000;

export function MaintenanceView(): ReactNode {
  const { store } = useShown();
  const { siteId, caughtUp } = store;
  const { answer, failure, reload } = useRequest(
    async () => (siteId === undefined ? null : await maintenanceApi.list(siteId)),
    JSON.stringify([siteId, caughtUp]),
  );
  return (
    <>
      <IncidentTabs />
      {failure === "" ? null : (
        <p className="banner" role="alert">
          The windows could not be read: {failure}. <button type="button" onClick={reload}>Try again</button>
        </p>
      )}
      <Section title="Maintenance windows" note="while one is on, nobody is told of its devices" name="windows">
        {answer === null ? <p className="empty" role="status">{failure === "" ? "Loading…" : ""}</p>
          : <Windows windows={answer.windows} onChange={reload} />}
      </Section>
      {store.mayAct() ? <NewWindow onChange={reload} /> : null}
    </>
  );
}

interface WindowsProps {
  readonly windows: readonly MaintenanceWindow[];
  readonly onChange: () => void;
}

function Windows({ windows, onChange }: WindowsProps): ReactNode {
  const { store, clock } = useShown();
  const { busy, said, act } = useAct();
  const remove = (name: string): void => {
    void act(async (site) => {
      await maintenanceApi.remove(site, name);
      onChange();
      return `${name} is taken away; what it held is released.`;
    });
  };
  return (
    <>
      {windows.length === 0 ? <Empty>There is no window.</Empty> : (
        <ul className="plain-list">
          {windows.map((window) => {
            const name = nameWindow(window.id);
            return (
              <li key={window.id} data-window={name} className="window">
                <strong>{name}</strong> <span className="state">{window.on ? "◔ on now" : "○ not on now"}</span>{" · "}
                {describeWindow(window, clock)}
                <small> set by {window.by}{window.comment === "" ? "" : `: ${window.comment}`}</small>{" "}
                {store.mayAct()
                  ? <button type="button" disabled={busy} onClick={() => { remove(name); }}>Take {name} away</button> : null}
              </li>
            );
          })}
        </ul>
      )}
      <p role="status" data-said>{said}</p>
    </>
  );
}

function NewWindow({ onChange }: { readonly onChange: () => void }): ReactNode {
  const { clock } = useShown();
  const { busy, said, act } = useAct();
  const [trial, setTrial] = useState<Trial | null>(null);
  const [form, setForm] = useState<WindowForm>(() => ({
    name: "", kind: "maintenance", scope: "device", scopeName: "", rule: "", lastingMin: "120", comment: "",
    starts: writeLocal(Date.now(), clock.zone), ends: writeLocal(Date.now() + 2 * HOUR_MS, clock.zone),
  }));
  const written = writeWindow(form, clock.zone);
  const fault = "fault" in written ? written.fault : "";
  const change = (next: Partial<WindowForm>): void => {
    setForm({ ...form, ...next });
    setTrial(null);
  };
  const send = (set: boolean): void => {
    if ("fault" in written) {
      return;
    }
    void act(async (site) => {
      if (!set) {
        setTrial(await maintenanceApi.preview(site, written.content));
        return "Nothing is changed yet.";
      }
      await maintenanceApi.set(site, form.name, written.content);
      setTrial(null);
      onChange();
      return `${form.name} is set.`;
    });
  };
  return (
    <Section title="A new window" note={`times in ${clock.zone}`} name="new-window">
      <WindowFields form={form} onChange={change} />
      <p className="buttons">
        <button type="button" disabled={busy || fault !== ""} onClick={() => { send(false); }}>Preview</button>
        <button type="button" disabled={busy || fault !== ""} onClick={() => { send(true); }}>Set it</button>
        <span role="status" data-said>{fault === "" ? said : `To go on: ${fault}.`}</span>
      </p>
      {trial === null ? null : (
        <div data-preview>
          <p>{sentence(`${trial.text}${trial.cut ? " (the newest of them)" : ""}`)}</p>
          <IncidentList incidents={trial.held} />
        </div>
      )}
    </Section>
  );
}
