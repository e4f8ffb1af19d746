/** The sensors of a device in words: what each shows, how it behaves, what it said in place of values. Pure. */
import type { DeviceShown, Profile } from "../messages/kinds.js";
import { count, withUnit, type Clock } from "./format.js";

export interface SensorRow {
  readonly channel: string;
  readonly title: string;
  readonly state: string;
  readonly steps: string;
  readonly rests: string;
  readonly bad: string;
}

type Shown = Pick<DeviceShown, "sensors" | "habits" | "badValues">;

/** Places in the list of habits of a channel (docs/formats.md). */
const NOW_RESTS = 0;
const LONGEST = 1;
const SEEN = 3;
const STEP = 5;
const STEP_BEFORE = 6;
const COARSE = 7;
/** Below it a step says nothing to people: it is what is left of a sum. */
const FINE = 0.001;

export function listSensors(device: Shown, profile: Profile, clock: Clock, now: number): SensorRow[] {
  return profile.channels.map(({ name, title, unit }) => {
    const habits = device.habits[name] ?? [];
    const bad = device.badValues[name];
    return {
      channel: name, title, state: device.sensors[name] ?? "working",
      steps: describeSteps(habits, unit), rests: describeRests(habits),
      bad: bad === undefined ? "none" : `${bad.count}, newest ${JSON.stringify(bad.value)} at ${clock.near(bad.t, now)}`,
    };
  });
}

type Habits = DeviceShown["habits"][string];

function describeSteps(habits: Habits, unit: string): string {
  const known = [habits[STEP], habits[STEP_BEFORE]].filter((step): step is number => typeof step === "number");
  if (known.length === 0) {
    return "not known yet";
  }
  const least = Math.min(...known);
  const step = least > 0 && least < FINE ? `less than ${withUnit(FINE, unit)}` : withUnit(least, unit);
  return habits[COARSE] === 1 ? `${step}, coarser than its kind` : step;
}

function describeRests(habits: Habits): string {
  const [longest, resting, seen] = [habits[LONGEST] ?? 0, habits[NOW_RESTS] ?? 0, habits[SEEN] ?? 0];
  if (seen === 0) {
    return "not known yet";
  }
  const most = count(longest, "reading");
  return resting > 0 ? `${most}, now for ${resting}` : most;
}
