/** Of which kinds of devices, and of which channels, alerts come. Pure. */
import type { Profile } from "../messages/kinds.js";
import type { Alert } from "../state/alerts.js";
import { titleOf } from "./words.js";

export interface Part {
  readonly title: string;
  readonly share: number;
}

const MOST_PARTS = 8;
/** Less than this is written as 0 %, which says nothing. */
const LEAST_SHARE = 0.005;

export function shareByProfile(
  alerts: readonly Alert[], profiles: ReadonlyMap<string, Profile>,
): Part[] {
  return share(alerts.map(({ profile }) => [profiles.get(profile)?.title ?? profile, 1]));
}

/** An alert counts as one, divided over its channels as its score is. */
export function shareByChannel(
  alerts: readonly Alert[], profiles: ReadonlyMap<string, Profile>,
): Part[] {
  return share(alerts.flatMap(({ contributions, profile }) => (
    Object.entries(contributions).map(([channel, part]): [string, number] => (
      [titleOf(channel, profiles.get(profile)), part]
    ))
  )));
}

/** The largest first; what is beyond MOST_PARTS, or too small to be written, is added up as `others`. */
function share(counted: readonly (readonly [title: string, amount: number])[]): Part[] {
  const sums = new Map<string, number>();
  let whole = 0;
  for (const [title, amount] of counted) {
    sums.set(title, (sums.get(title) ?? 0) + amount);
    whole += amount;
  }
  if (whole === 0) {
    return [];
  }
  const parts = [...sums].map(([title, amount]) => ({ title, share: amount / whole }))
    .sort((a, b) => b.share - a.share);
  const named = parts.slice(0, MOST_PARTS).filter((part) => part.share >= LEAST_SHARE);
  const rest = 1 - named.reduce((sum, part) => sum + part.share, 0);
  return rest < LEAST_SHARE ? named : [...named, { title: "others", share: rest }];
}
