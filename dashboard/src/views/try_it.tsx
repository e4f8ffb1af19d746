/** Try it: what the model would say of a device whose channels read what you choose. */
import { useState, type ReactNode } from "react";
import { api } from "../api/client.js";
import { countRows, rangeOf, readColumns, type Columns } from "../drawing/trial.js";
import { short, withUnit } from "../drawing/format.js";
import type { Profile } from "../messages/kinds.js";
import { Choice, Empty, Section } from "../parts/parts.js";
import type { Device } from "../state/devices.js";
import { setOptions, useShown } from "./context.js";
import { Verdict } from "./verdict.js";
import { useRequest } from "./use_request.js";

/** The route shows readings one by one over this range at most. */
const MOST_MS = 7_200_000;

export function TryView(): ReactNode {
  const { store, place } = useShown();
  const devices = store.site.devices.list();
  const device = devices.find(({ deviceId }) => deviceId === place.options["device"]) ?? devices[0];
  const profile = device === undefined ? undefined : store.site.profiles.get(device.profile);
  return (
    <>
      <h2 className="title">Try it</h2>
      <p className="note">
        Takes the newest readings of a device, moves the channels that you move over the last of them, and asks the
        model. Nothing is stored, and no alert comes of it.
      </p>
      <div className="filters">
        <Choice label="Begin with" value={device?.deviceId ?? ""}
          choices={devices.map(({ deviceId }): [string, string] => [deviceId, deviceId])}
          onChange={(next) => { setOptions(place, { device: next }); }} />
      </div>
      {device === undefined || profile === undefined
        ? <Empty>{store.loaded ? "No device has reported yet, so there is nothing to begin with." : store.unread}</Empty>
        : <FromDevice key={device.deviceId} device={device} profile={profile} />}
    </>
  );
}

interface FromDeviceProps {
  readonly device: Device;
  readonly profile: Profile;
}

function FromDevice({ device, profile }: FromDeviceProps): ReactNode {
  const [until] = useState(device.t);
  const reach = Math.min(4 * profile.window * profile.period_s * 1000, MOST_MS);
  const { answer, failure, reload } = useRequest(
    async () => readColumns(
      await api.readings(device.deviceId, { from: Math.round(until - reach), to: until, max: 5_000 }),
      profile, 2 * profile.window,
    ),
    device.deviceId,
  );
  if (failure !== "") {
    return (
      <p className="banner" role="alert">
        Its readings could not be read: {failure}. <button type="button" onClick={reload}>Try again</button>
      </p>
    );
  }
  if (answer === null) {
    return <p className="empty" role="status">Loading…</p>;
  }
  if (countRows(answer) < profile.window) {
    return (
      <Empty>
        {device.deviceId} has {countRows(answer)} readings so close together; a score needs {profile.window}. Choose
        another device.
      </Empty>
    );
  }
  return <Sliders columns={answer} profile={profile} />;
}

interface SlidersProps {
  readonly columns: Columns;
  readonly profile: Profile;
}

function Sliders({ columns, profile }: SlidersProps): ReactNode {
  const [shifts, setShifts] = useState<Readonly<Record<string, number>>>({});
  const held = Math.ceil(profile.window / 2);
  return (
    <div className="columns">
      <Section title="Channels" note={`held over the last ${held} readings`} name="sliders">
        {profile.channels.map((channel) => (
          <Slider key={channel.name} title={channel.title} unit={channel.unit} range={rangeOf(channel, columns)}
            shift={shifts[channel.name] ?? 0}
            onShift={(shift) => { setShifts({ ...shifts, [channel.name]: shift }); }} />
        ))}
        <p><button type="button" onClick={() => { setShifts({}); }}>As it was</button></p>
      </Section>
      <Verdict columns={columns} profile={profile} shifts={shifts} held={held} />
    </div>
  );
}

interface SliderProps {
  readonly title: string;
  readonly unit: string;
  readonly range: ReturnType<typeof rangeOf>;
  readonly shift: number;
  readonly onShift: (shift: number) => void;
}

function Slider({ title, unit, range: { low, high, step, now }, shift, onShift }: SliderProps): ReactNode {
  if (now === null) {
    return <p className="note">{title}: no value, so there is nothing to move.</p>;
  }
  const value = now + shift;
  return (
    <label className="slider">
      <span>{title}</span>
      <input type="range" min={low} max={high} step={step} value={value} aria-valuetext={withUnit(value, unit)}
        onChange={(event) => { onShift(Number(event.target.value) - now); }} />
      <output>{withUnit(value, unit)}{shift === 0 ? "" : ` (${shift > 0 ? "+" : "−"}${short(Math.abs(shift))})`}</output>
    </label>
  );
}
