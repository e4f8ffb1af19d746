/** Devices as rows: filtered, sorted, counted. Pure. */
import { ratioOf, stateOf, STATE_WORDS, type Device, type StateWord } from "../state/devices.js";
import { compareNames } from "../state/names.js";

export type SortKey = "state" | "device" | "profile" | "score" | "last";
export const SORT_KEYS: readonly SortKey[] = ["state", "device", "profile", "score", "last"];

export interface Row {
  readonly device: Device;
  readonly state: StateWord;
  readonly ratio: number;
}

export interface Choice {
  readonly text: string;
  readonly state: string;
  readonly sort: SortKey;
  readonly descending: boolean;
}

/** devices: in the order of their names, which all that is made of the rows keeps. */
export function listRows(devices: readonly Device[], now: number): Row[] {
  return devices.map((device) => ({
    device, state: stateOf(device, now), ratio: ratioOf(device),
  }));
}

/** The rows that are asked for; what is equal stays in the order in which it comes. */
export function chooseRows(rows: readonly Row[], choice: Choice): Row[] {
  const text = choice.text.trim().toLowerCase();
  const kept = rows.filter(({ device, state }) => (
    (choice.state === "" || choice.state === state)
    && (text === "" || `${device.deviceId} ${device.profile}`.toLowerCase().includes(text))
  ));
  const compare = COMPARE[choice.sort];
  const sign = choice.descending ? -1 : 1;
  return kept.sort((a, b) => sign * compare(a, b));
}

export function countStates(rows: readonly Row[]): ReadonlyMap<StateWord, number> {
  const counts = new Map<StateWord, number>(STATE_WORDS.map((word) => [word, 0]));
  for (const { state } of rows) {
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return counts;
}

/** Rows by profile, the profiles in the order of their names. */
export function groupByProfile(rows: readonly Row[]): ReadonlyMap<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.device.profile);
    if (group === undefined) {
      groups.set(row.device.profile, [row]);
    } else {
      group.push(row);
    }
  }
  return new Map([...groups].sort(([a], [b]) => compareNames(a, b)));
}

const COMPARE: Readonly<Record<SortKey, (a: Row, b: Row) => number>> = {
  state: (a, b) => STATE_WORDS.indexOf(a.state) - STATE_WORDS.indexOf(b.state),
  device: (a, b) => compareNames(a.device.deviceId, b.device.deviceId),
  profile: (a, b) => compareNames(a.device.profile, b.device.profile),
  // No score counts as 0.
  score: (a, b) => orZero(a.ratio) - orZero(b.ratio),
  last: (a, b) => a.device.t - b.device.t,
};

function orZero(ratio: number): number {
  return Number.isNaN(ratio) ? 0 : ratio;
}
