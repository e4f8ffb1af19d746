/** The API of plain limits. */
import * as checks from "../generated/checks.js";
import type { DeviceLimits, LimitsOfSite, LimitTrial } from "../messages/kinds.js";
import type { Written } from "../drawing/limits.js";
import { read, send } from "./request.js";

export const limitApi = {
  ofDevice: async (deviceId: string): Promise<DeviceLimits> => (
    await read(`devices/${encodeURIComponent(deviceId)}/limits`, {}, checks.checkDeviceLimitsShown)
  ),
  ofSite: async (site: string): Promise<LimitsOfSite> => (
    await read("settings/limits", { site }, checks.checkLimitsOfSiteShown)
  ),
  set: async (site: string, patch: object, revision: number): Promise<LimitsOfSite> => (
    await send("PATCH", "settings/limits", { site }, patch, checks.checkLimitsOfSiteShown, { revision })
  ),
  preview: async (deviceId: string, channel: string, limits: Written, hours: number): Promise<LimitTrial> => (
    await send("POST", `devices/${encodeURIComponent(deviceId)}/limits/preview`, {},
      { channels: { [channel]: limits }, hours }, checks.checkLimitTrialShown)
  ),
};
