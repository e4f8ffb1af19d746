/** The API of incidents, of what operators say of alerts, and of maintenance windows. */
import * as checks from "../generated/checks.js";
import type {
  Feedback, IncidentShown, IncidentsShown, Performance, Trial, WindowsShown,
} from "../messages/kinds.js";
import { read, send, type Query } from "./request.js";

export type Act = "acknowledge" | "shelve" | "unshelve" | "close" | "comment";
export type Label = "normal" | "anomaly";

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
  judge: async (
    deviceId: string, labels: Readonly<Record<string, Label>>, preview: boolean,
  ): Promise<Feedback> => (
    await send("POST", `devices/${encodeURIComponent(deviceId)}/feedback`, {}, { labels, preview },
      checks.checkFeedbackShown)
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
