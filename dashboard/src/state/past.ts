/** The newest stored scores of some devices, for what is said of a model when the page has just been opened. */
import { api } from "../api/client.js";
import type { Profile, ReadingsShown } from "../messages/kinds.js";
import type { Device } from "./devices.js";
import { TRAIL_POINTS } from "./trail.js";

/** Of each profile: a request each. */
export const MOST_ASKED = 10;
/** A longer time is answered by its minutes, in which single scores are not to be told apart. */
const LONGEST_MS = 2 * 3_600_000;
/** So many points that each reading is one. */
const MOST_POINTS = 5_000;

/** Those of each profile that are in no alert, from all over, so that they stand for the others. */
export function chooseDevices(devices: readonly Device[]): Device[] {
  const sound = devices.filter(({ alertSince, trail }) => alertSince === null && trail.length < TRAIL_POINTS);
  return [...new Set(sound.map(({ profile }) => profile))].flatMap((profile) => {
    const mine = sound.filter((device) => device.profile === profile);
    const count = Math.min(mine.length, MOST_ASKED);
    return Array.from({ length: count }, (_, place) => mine[Math.floor((place * mine.length) / count)])
      .filter((device) => device !== undefined);
  });
}

export async function readTrail({ deviceId, t, trail }: Device, profile: Profile | undefined): Promise<void> {
  const periodMs = (profile?.period_s ?? 1) * 1000;
  const from = Math.ceil(t - Math.min(TRAIL_POINTS * periodMs, LONGEST_MS));
  trail.addBefore(listRatios(await api.readings(deviceId, { from, to: t, max: MOST_POINTS })));
}

/** Scores by event time as multiples of the threshold; none where they are not single readings. */
export function listRatios({ resolution, threshold, series }: ReadingsShown): (readonly [number, number])[] {
  const { t: times = [], values } = series["score"] ?? {};
  if (resolution !== "raw" || !threshold || values === undefined) {
    return [];
  }
  return times.map((t, place) => [t, (values[place] ?? Number.NaN) / threshold] as const);
}
