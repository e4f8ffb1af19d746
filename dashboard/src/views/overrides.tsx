/** What operators tell the optimiser: this task runs here, this device runs nothing. */
import { useState, type ReactNode } from "react";
import { api } from "../api/client.js";
import { Choice, Empty, Section } from "../parts/parts.js";
import { Question } from "../parts/question.js";
import { useShown } from "./context.js";
import { useAct } from "./use_act.js";

export function OverridesForm(): ReactNode {
  const { store } = useShown();
  const { overrides, plan } = store.site;
  const { busy, said, act } = useAct();
  const [undo, setUndo] = useState<object | null>(null);
  const devices = Object.keys(plan?.devices ?? {}).sort();
  const tasks = Object.keys(plan?.allocation ?? {}).sort();
  const change = (patch: object, back: object | null): void => {
    void act(async (site) => {
      store.site.takeOverrides(await api.setOverrides(site, patch));
      setUndo(back);
      return "Done; a run was asked for.";
    });
  };
  const pins = Object.entries(overrides?.pins ?? {});
  const drained = Object.entries(overrides?.drained ?? {}).filter(([, on]) => on).map(([name]) => name);
  return (
    <Section title="Overrides" note="what operators decide themselves" name="overrides">
      <p role="status" data-said>
        {said}{" "}
        {undo === null ? null : <button type="button" disabled={busy} onClick={() => { change(undo, null); }}>Undo</button>}
      </p>
      <div className="columns">
        <Drain devices={devices} busy={busy}
          onDrain={(device) => { change({ drained: { [device]: true } }, { drained: { [device]: null } }); }} />
        <Pin devices={devices} tasks={tasks}
          busy={busy}
          onPin={(task, device) => { change({ pins: { [task]: device } }, { pins: { [task]: overrides?.pins[task] ?? null } }); }} />
      </div>
      {pins.length + drained.length === 0 ? <Empty>{overrides === null ? store.unread : "Nothing is pinned or drained."}</Empty> : (
        <ul className="plain-list">
          {drained.map((device) => (
            <li key={device}>
              {device} runs nothing{" "}
              <button type="button" disabled={busy}
                onClick={() => { change({ drained: { [device]: null } }, { drained: { [device]: true } }); }}>
                Give {device} back
              </button>
            </li>
          ))}
          {pins.map(([task, device]) => (
            <li key={task}>
              {task} runs on {device}{" "}
              <button type="button" disabled={busy}
                onClick={() => { change({ pins: { [task]: null } }, { pins: { [task]: device } }); }}>
                Unpin {task}
              </button>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

interface DrainProps {
  readonly busy: boolean;
  readonly devices: readonly string[];
  readonly onDrain: (device: string) => void;
}

/** A drained device loses all its tasks, so this asks once more. */
function Drain({ busy, devices, onDrain }: DrainProps): ReactNode {
  const [device, setDevice] = useState("");
  return (
    <div className="form">
      <Choice label="Drain" value={device} choices={[["", "choose a device"], ...devices.map((name): [string, string] => [name, name])]}
        onChange={setDevice} />
      <Question key={device} title="Drain…" question={`All tasks of ${device} are moved away.`}
        yes={`Yes, drain ${device}`} disabled={busy || device === ""} onYes={() => { onDrain(device); }} />
    </div>
  );
}

interface PinProps {
  readonly busy: boolean;
  readonly devices: readonly string[];
  readonly tasks: readonly string[];
  readonly onPin: (task: string, device: string) => void;
}

function Pin({ busy, devices, tasks, onPin }: PinProps): ReactNode {
  const [task, setTask] = useState("");
  const [device, setDevice] = useState("");
  const named = (names: readonly string[], none: string): (readonly [string, string])[] => (
    [["", none], ...names.map((name): [string, string] => [name, name])]
  );
  return (
    <div className="form">
      <Choice label="Pin" value={task} choices={named(tasks, "choose a task")} onChange={setTask} />
      <Choice label="to" value={device} choices={named(devices, "choose a device")} onChange={setDevice} />
      <button type="button" disabled={busy || task === "" || device === ""} onClick={() => { onPin(task, device); }}>Pin</button>
    </div>
  );
}
