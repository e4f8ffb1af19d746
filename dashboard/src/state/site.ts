/** All that the page knows of the site that is shown. Pure: no document, no clock, no network. */
import type {
  AlertsShown, DevicesShown, LatestShown, LiveAlert, Message, Optimiser, Overrides, Places, PlanListed,
  PlanShown, Profile, ProfilesShown, Standing,
} from "../messages/kinds.js";
import { parseMessage } from "../messages/parse.js";
import { Alerts } from "./alerts.js";
import { Devices } from "./devices.js";
import { Incidents } from "./incidents.js";

export const MOST_PLANS = 100;
/** Over how long the rate of readings is counted, ms. */
export const RATE_OVER_MS = 10_000;

export class Site {
  readonly devices = new Devices();
  readonly alerts = new Alerts();
  readonly incidents = new Incidents();
  /** Where devices stand, by id, as far as it is known. */
  places: Places = {};
  profiles: ReadonlyMap<string, Profile> = new Map();
  /** Newest first. */
  plans: readonly PlanListed[] = [];
  /** The newest plan, whole, as far as it was read. */
  plan: PlanShown | null = null;
  standing: Standing | null = null;
  optimiser: Optimiser | null = null;
  overrides: Overrides | null = null;
  /** The newest revision of the plain limits that was heard of. */
  limitsRevision = 0;
  /** When the last message came, ms; null before the first. */
  heardAt: number | null = null;
  messages = 0;
  /** Devices whose newest reading is under way, since one message takes only so much. */
  waiting = 0;
  /** Whether its devices were read: before that, those that live messages told of are a part of them. */
  hasDevices = false;
  /** Whether the stored scores of its devices were asked for. */
  hasAskedPast = false;
  /** Messages that broke their schema, and why the last one did. */
  refused = 0;
  refusedWhy = "";
  #arrivals: { at: number; readings: number }[] = [];

  takeProfiles({ profiles }: ProfilesShown): void {
    this.profiles = new Map(profiles.map((profile) => [profile.name, profile]));
  }

  takeDevices({ devices }: DevicesShown, now: number): void {
    this.hasDevices = true;
    for (const device of devices) {
      this.devices.takeStored(device, now);
    }
  }

  takeAlerts({ alerts }: AlertsShown): void {
    for (const alert of alerts) {
      this.alerts.take(alert);
    }
  }

  takeLatest({ plan, standing }: LatestShown): void {
    this.standing = standing;
    if (plan !== null) {
      this.plan = plan;
      this.takePlan(plan);
    }
  }

  takePlan(plan: PlanListed): void {
    const others = this.plans.filter(({ version }) => version !== plan.version);
    this.plans = [plan, ...others].sort((a, b) => b.version - a.version).slice(0, MOST_PLANS);
  }

  takeOptimiser(setting: Optimiser): void {
    if (this.optimiser === null || setting.revision >= this.optimiser.revision) {
      this.optimiser = setting;
    }
  }

  takeOverrides(setting: Overrides): void {
    if (this.overrides === null || setting.revision >= this.overrides.revision) {
      this.overrides = setting;
    }
  }

  /** Take a live message (docs/formats.md); one that breaks its schema is counted, never shown. */
  apply(content: unknown, now: number): void {
    const parsed = parseMessage(content);
    this.heardAt = now;
    this.messages += 1;
    if (parsed.kind === "refused") {
      this.refused += 1;
      this.refusedWhy = parsed.why;
    } else if (parsed.kind === "message") {
      this.#take(parsed.message, now);
    }
  }

  /** Readings a second that were shown, over the last RATE_OVER_MS. */
  rate(now: number): number {
    const recent = this.#arrivals.filter(({ at }) => now - at < RATE_OVER_MS);
    return recent.reduce((sum, { readings }) => sum + readings, 0) / (RATE_OVER_MS / 1000);
  }

  #take(message: Message, now: number): void {
    switch (message.type) {
      case "telemetry":
        for (const reading of message.devices) {
          this.devices.takeReading(reading, now);
        }
        this.waiting = message.waiting;
        this.#count(message.devices.length, now);
        break;
      case "alert":
        this.#takeAlert(message.alert);
        break;
      case "incident":
        this.incidents.take(message.incident);
        break;
      case "plan":
        this.takePlan(message.plan);
        break;
      case "standing":
        this.standing = message.standing;
        break;
      case "settings":
        if (message.kind === "optimiser") {
          this.takeOptimiser(message.setting);
        } else if (message.kind === "overrides") {
          this.takeOverrides(message.setting);
        } else if (message.kind === "limits") {
          this.limitsRevision = Math.max(this.limitsRevision, message.setting.revision);
        }
    }
  }

  /** A device may be in several alerts: it is in one as long as any is open. */
  #takeAlert(alert: LiveAlert): void {
    this.alerts.takeLive(alert);
    const open = this.alerts.list.find((each) => each.deviceId === alert.deviceId && each.open);
    this.devices.setAlert(alert.deviceId, open?.t ?? null);
  }

  #count(readings: number, now: number): void {
    this.#arrivals = this.#arrivals.filter(({ at }) => now - at < RATE_OVER_MS);
    this.#arrivals.push({ at: now, readings });
  }
}
