/** The API, typed: each answer is checked against its schema before it is believed. */
import * as checks from "../generated/checks.js";
import type {
  Access, AlertsShown, Detected, DeviceShown, DevicesShown, LatestShown, Me, Negotiated, Optimiser, Overrides, Places, PlanShown,
  PlansShown, ProfilesShown, ReadingsShown, BundleOverview,
} from "../messages/kinds.js";
import { read, send, type Query } from "./request.js";

export const api = {
  me: async (): Promise<Me> => await read("me", {}, checks.checkMeShown),
  negotiate: async (site: string | undefined): Promise<Negotiated> => (
    await read("negotiate", { site }, checks.checkNegotiated)
  ),
  profiles: async (): Promise<ProfilesShown> => (
    await read("profiles", {}, checks.checkProfilesShown)
  ),
  model: async (profile: string): Promise<BundleOverview> => (
    await read(`models/${encodeURIComponent(profile)}`, {}, checks.checkBundlesShown)
  ),
  devices: async (site: string): Promise<DevicesShown> => (
    await read("devices", { site }, checks.checkDevicesShown)
  ),
  device: async (deviceId: string): Promise<DeviceShown> => (
    await read(`devices/${encodeURIComponent(deviceId)}`, {}, checks.checkDeviceShown)
  ),
  places: async (site: string): Promise<Places> => (
    (await read("places", { site }, checks.checkPlacesShown)).places
  ),
  alerts: async (query: Query): Promise<AlertsShown> => (
    await read("alerts", query, checks.checkAlertsShown)
  ),
  readings: async (deviceId: string, query: Query): Promise<ReadingsShown> => (
    await read(`devices/${encodeURIComponent(deviceId)}/readings`, query, checks.checkReadingsShown)
  ),
  latest: async (site: string): Promise<LatestShown> => (
    await read("plans/latest", { site }, checks.checkLatestShown)
  ),
  plans: async (site: string): Promise<PlansShown> => (
    await read("plans", { site, max: 50 }, checks.checkPlansShown)
  ),
  optimiser: async (site: string): Promise<Optimiser> => (
    await read("settings/optimiser", { site }, checks.checkOptimiserShown)
  ),
  overrides: async (site: string): Promise<Overrides> => (
    await read("settings/overrides", { site }, checks.checkOverridesShown)
  ),
  setOptimiser: async (site: string, patch: object): Promise<Optimiser> => (
    await send("PATCH", "settings/optimiser", { site }, patch, checks.checkOptimiserShown)
  ),
  setOverrides: async (site: string, patch: object): Promise<Overrides> => (
    await send("PATCH", "settings/overrides", { site }, patch, checks.checkOverridesShown)
  ),
  run: async (site: string): Promise<unknown> => (
    await send("POST", "plans/run", { site }, {}, checks.checkRunRequested)
  ),
  preview: async (site: string): Promise<PlanShown> => (
    await send("POST", "plans/run", { site }, { preview: true }, checks.checkPlanShown)
  ),
  access: async (): Promise<Access> => await read("access", {}, checks.checkAccessShown),
  setAccess: async (patch: object): Promise<Access> => (
    await send("PATCH", "access", {}, patch, checks.checkAccessShown)
  ),
  detect: async (profile: string, records: readonly object[]): Promise<Detected> => (
    await send("POST", "detect", {}, { profile, records }, checks.checkDetectedShown)
  ),
};
