/** Documents as the API and live messages hold them. */
import type { IncidentListed, LiveAlert, LiveReading, PlanListed, Profile } from "../src/messages/kinds.js";

export const NOW = 1_795_332_074_190;

export function reading(deviceId: string, changes: Partial<LiveReading> = {}): LiveReading {
  return {
    deviceId, profile: "motor", t: NOW, values: { temperature_c: 41.25, vibration_mm_s: null },
    score: 1, threshold: 4, anomalous: false, sensors: {}, limits: [], enqueuedAt: changes.t ?? NOW, silentAfterMs: 30_000,
    notScored: null, state: null, stateSince: null, remarks: [], ...changes,
  };
}

export function telemetry(...devices: LiveReading[]): object {
  return { type: "telemetry", siteId: "north", devices, waiting: 0 };
}

export function alert(deviceId: string, changes: Partial<LiveAlert> = {}): LiveAlert {
  return {
    id: `${NOW}-raised`, type: "raised", alertId: `${deviceId}-${NOW}`, deviceId, siteId: "north",
    profile: "motor", t: NOW, score: 9.5, threshold: 4, cause: "score",
    contributions: { temperature_c: 0.2, vibration_mm_s: 0.8 }, sensors: {}, badValues: {}, subject: null,
    limit: null, state: null, late: null, modelVersion: "1-test", enqueuedAt: NOW, ...changes,
  };
}

export function plan(version: number, changes: Partial<PlanListed> = {}): PlanListed {
  return {
    id: String(version).padStart(10, "0"), type: "plan", siteId: "north", version, createdAt: NOW,
    cause: { kind: "alert", text: "alert of cell-1", requestedAt: NOW }, status: "optimal",
    objective: 3000, bound: 2990, staying: 18_000, gap: 0.003, wallS: 0.01, violations: [], notes: [],
    migrations: [{ taskId: "path-01", from: "cell-1", to: "cell-2", reason: "it is in alert" }],
    deliveries: {
      "cell-1": { version, state: "sent", attempts: 1, sentAt: NOW, confirmedAt: null, text: "" },
      "cell-2": { version, state: "confirmed", attempts: 1, sentAt: NOW, confirmedAt: NOW, text: "" },
    },
    open: true, ...changes,
  };
}

export const MOTOR = {
  name: "motor", title: "Electric motor",
  channels: [
    { name: "temperature_c", title: "Winding temperature", unit: "°C", low: -40, high: 200 },
    { name: "vibration_mm_s", title: "Vibration", unit: "mm/s", low: 0, high: 50 },
  ],
} as unknown as Profile;

export function incident(id: string, changes: Partial<IncidentListed> = {}): IncidentListed {
  return {
    id, siteId: "north", building: "hall-a", severity: "medium", state: "unacknowledged", active: true,
    held: [], live: true, openedAt: NOW, announcedAt: null, activeAt: NOW, clearAt: null,
    deviceIds: ["cell-1"], alerts: 1, text: `cell-1: current_a 3 (${id})`, lasting: "for 1 s", revision: 1,
    handling: { by: null, at: null, forced: false },
    suppression: { shelf: null, windows: [], outOfService: [], flapping: false }, ...changes,
  };
}
