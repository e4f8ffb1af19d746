/** The API of incidents, of what operators say of alerts, and of maintenance windows. */
import * as checks from "../generated/checks.js";
import type {
  IncidentShown, IncidentsShown, Performance, Trial, Verdict, WindowsShown,
} from "../messages/kinds.js";
import { read, send, type Query } from "./request.js";

export type Act = "acknowledge" | "shelve" | "unshelve" | "close" | "comment";
/** What the alerts of an incident were, or that what its devices do now is normal. */
export type Worth = "normal" | "anomaly" | "new normal";

export const incidentApi = {
  list: async (query: Query): Promise<IncidentsShown> => (
    await read("incidents", query, checks.checkIncidentsShown)
  ),
  show: async (site: string, id: string): Promise<IncidentShown> => (
    await read(`incidents/${encodeURIComponent(id)}`, { site }, checks.checkIncidentShown)
  ),
  act: async (site: string, id: string, act: Act, body: object): Promise<IncidentShown> => (
    await send("POST", `incidents/${encodeURIComponent(id)}/${act}`, { site }, body, checks.checkIncidentShown)
  ),
  /** comment: why, for the timeline. preview: shows what would follow, and changes nothing. */
  judge: async (
    site: string, id: string, worth: Worth, devices: readonly string[], comment: string, preview: boolean,
  ): Promise<Verdict> => (
    await send("POST", `incidents/${encodeURIComponent(id)}/feedback`, { site },
      { verdict: worth, devices, comment, preview }, checks.checkVerdictShown)
  ),
  performance: async (site: string, days: number): Promise<Performance> => (
    await read("alarm-performance", { site, days }, checks.checkPerformanceShown)
  ),
};

export const maintenanceApi = {
  list: async (site: string): Promise<WindowsShown> => (
    await read("maintenance", { site }, checks.checkWindowsShown)
  ),
  set: async (site: string, id: string, content: object): Promise<unknown> => (
    await send("PUT", `maintenance/${encodeURIComponent(id)}`, { site }, content, checks.checkWindowShown)
  ),
  remove: async (site: string, id: string): Promise<unknown> => (
    await send("DELETE", `maintenance/${encodeURIComponent(id)}`, { site }, undefined, checks.checkWindowRemoved)
  ),
  preview: async (site: string, content: object): Promise<Trial> => (
    await send("POST", "maintenance/preview", { site, days: 30 }, content, checks.checkTrialShown)
  ),
};
