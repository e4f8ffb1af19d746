/** Texts of the API name channels by their ids, which end in the unit; people read titles, and values with units. Pure. */
import type { Profile } from "../messages/kinds.js";

const NUMBER = String.raw`-?\d+(?:\.\d+)?(?:e[-+]?\d+)?`;
/** Made once for each profile: lists are drawn several times a second. */
const patterns = new WeakMap<Profile, RegExp>();

/**
 * `temperature_c 171, usually 161 to 184` → `Surface temperature 171 °C, usually 161 to 184 °C`.
 *
 * profiles: those of the devices that the text is about; the first that has a channel names it.
 */
export function nameChannels(text: string, profiles: readonly Profile[]): string {
  return profiles.reduce((said, profile) => said.replace(patternOf(profile), (
    found: string, name: string, value: string | undefined, usual: string | undefined, at: number,
  ) => {
    const channel = profile.channels.find((each) => each.name === name);
    if (channel === undefined) {
      return found;
    }
    const unit = channel.unit === "" || said.slice(at + found.length).startsWith(` ${channel.unit}`) ? "" : ` ${channel.unit}`;
    const measured = value === undefined ? "" : ` ${value}${unit}`;
    return `${channel.title}${measured}${usual === undefined ? "" : `${usual}${unit}`}`;
  }), text);
}

/** What weighs most alone, where one look must do; the incident itself says the rest. */
export function shorten(text: string): string {
  return text.replace(/^(.*?% of the score); .*$/s, "$1; …");
}

function patternOf(profile: Profile): RegExp {
  const known = patterns.get(profile);
  if (known !== undefined) {
    return known;
  }
  const names = profile.channels.map(({ name }) => name.replace(/\W/g, String.raw`\$&`)).join("|");
  // A device may be called like a channel: it stands before a colon.
  const made = new RegExp(
    String.raw`(?<![\w-])(${names})(?![\w:-])(?: (${NUMBER}))?(, usually ${NUMBER} to ${NUMBER})?`, "g",
  );
  patterns.set(profile, made);
  return made;
}
