/** The alerts of a site, newest first, each once however often it is delivered. Pure. */
import type { AlertShown, LiveAlert } from "../messages/kinds.js";

export const MOST_ALERTS = 500;

/** An alert as it was raised, and its end where that is known. */
export interface Alert {
  readonly alertId: string;
  readonly deviceId: string;
  readonly profile: string;
  /** Event time of the raising, ms. */
  readonly t: number;
  readonly clearedAt: number | null;
  /** False for one that ended without clearing, as its device began again with another profile. */
  readonly open: boolean;
  readonly score: number | null;
  readonly threshold: number | null;
  readonly cause: LiveAlert["cause"];
  readonly limit: LiveAlert["limit"];
  readonly late: LiveAlert["late"];
  readonly contributions: Readonly<Record<string, number>>;
  readonly sensors: Readonly<Record<string, string>>;
  readonly modelVersion: string | null;
}

export class Alerts {
  /** Newest first. */
  list: readonly Alert[] = [];
  /** Ends that came before their beginnings, by alert: messages may overtake each other. */
  readonly #ends = new Map<string, number>();

  take(shown: AlertShown): void {
    this.#put({ ...pick(shown), open: shown.open, clearedAt: shown.clearedAt });
  }

  takeLive(alert: LiveAlert): void {
    if (alert.type === "raised") {
      const known = this.find(alert.alertId);
      this.#put({ ...pick(alert), open: known?.open ?? true, clearedAt: known?.clearedAt ?? null });
    } else if (this.find(alert.alertId) === undefined) {
      this.#ends.set(alert.alertId, alert.t);
      if (this.#ends.size > MOST_ALERTS) {
        this.#ends.delete(this.#ends.keys().next().value ?? "");
      }
    } else {
      this.#end(alert.alertId, alert.t);
    }
  }

  find(alertId: string): Alert | undefined {
    return this.list.find((alert) => alert.alertId === alertId);
  }

  /** The newest alert of a device. */
  findNewest(deviceId: string): Alert | undefined {
    return this.list.find((alert) => alert.deviceId === deviceId);
  }

  #put(alert: Alert): void {
    const others = this.list.filter((other) => other.alertId !== alert.alertId);
    const place = others.findIndex((other) => other.t <= alert.t);
    others.splice(place === -1 ? others.length : place, 0, alert);
    this.list = others.slice(0, MOST_ALERTS);
    const end = this.#ends.get(alert.alertId);
    if (end !== undefined) {
      this.#ends.delete(alert.alertId);
      this.#end(alert.alertId, end);
    }
  }

  #end(alertId: string, clearedAt: number): void {
    this.list = this.list.map((alert) => (
      alert.alertId === alertId ? { ...alert, open: false, clearedAt } : alert
    ));
  }
}

function pick(alert: AlertShown | LiveAlert): Omit<Alert, "open" | "clearedAt"> {
  const { alertId, deviceId, profile, t, score, threshold, cause } = alert;
  const { limit, late, contributions, sensors, modelVersion } = alert;
  return {
    alertId, deviceId, profile, t, score, threshold, cause, limit, late, contributions, sensors,
    modelVersion,
  };
}
