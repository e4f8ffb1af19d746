/** Readings to try a model on: those of a device, with some channels moved by hand. Pure. */
import type { Channel, Profile, ReadingsShown } from "../messages/kinds.js";

/** Values by channel, one for each reading, the oldest first. */
export type Columns = ReadonlyMap<string, readonly (number | null)[]>;

/** The newest *most* readings that *shown* has one by one, over the channels of *profile*. */
export function readColumns(shown: ReadingsShown, profile: Profile, most: number): Columns {
  const times = new Set<number>();
  for (const { name } of profile.channels) {
    shown.series[name]?.t.forEach((t) => { times.add(t); });
  }
  const rows = [...times].sort((a, b) => a - b).slice(-most);
  return new Map(profile.channels.map(({ name }) => {
    const line = shown.series[name];
    const values = new Map(line?.t.map((t, place) => [t, line.values?.[place] ?? null]));
    return [name, rows.map((t) => values.get(t) ?? null)];
  }));
}

export function countRows(columns: Columns): number {
  return columns.values().next().value?.length ?? 0;
}

/** The columns with each channel moved by its shift over the last *held* readings. */
export function shiftColumns(
  columns: Columns, shifts: Readonly<Record<string, number>>, held: number,
): Record<string, (number | null)[]> {
  return Object.fromEntries([...columns].map(([name, values]) => {
    const shift = shifts[name] ?? 0;
    const first = values.length - held;
    return [name, values.map((value, place) => (value === null || place < first ? value : value + shift))];
  }));
}

export interface SliderRange {
  readonly low: number;
  readonly high: number;
  readonly step: number;
  /** Where the channel is by itself; null where it had no value. */
  readonly now: number | null;
}

/** How far a slider goes: eight times what the channel moved by itself, within what it can show. */
export function rangeOf(channel: Channel, columns: Columns): SliderRange {
  const values = (columns.get(channel.name) ?? []).filter((value): value is number => value !== null);
  const now = values.at(-1) ?? null;
  const middle = now ?? (channel.low + channel.high) / 2;
  const spread = values.length === 0 ? 0 : Math.max(...values) - Math.min(...values);
  const reach = Math.max(8 * spread, Math.abs(middle) / 2, (channel.high - channel.low) / 100);
  const [low, high] = [Math.max(middle - reach, channel.low), Math.min(middle + reach, channel.high)];
  return { low, high, step: (high - low) / 200, now };
}
