/** What an incident says, with the titles and units of its channels. */
import { nameChannels } from "../drawing/channel_words.js";
import type { IncidentListed } from "../messages/kinds.js";
import { useShown } from "./context.js";

export type Said = Pick<IncidentListed, "text" | "deviceIds">;

export function useIncidentText(): (incident: Said) => string {
  const { devices, profiles } = useShown().store.site;
  return ({ text, deviceIds }) => {
    const kinds = new Set(deviceIds.map((id) => devices.byId.get(id)?.profile ?? ""));
    return nameChannels(text, [...kinds].flatMap((kind) => profiles.get(kind) ?? []));
  };
}
