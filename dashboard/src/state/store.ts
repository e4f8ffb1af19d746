/** One place that holds what is shown, and tells the views when to look again: at most so often. */
import { api } from "../api/client.js";
import { incidentApi } from "../api/incidents.js";
import { ApiError, wordsOf } from "../api/request.js";
import { Connection, type Phase } from "../live/connection.js";
import type { Me } from "../messages/kinds.js";
import { chooseDevices, readTrail } from "./past.js";
import { Site } from "./site.js";

const DRAW_EVERY_MS = 250;
const DRAW_HIDDEN_EVERY_MS = 2_000;
const TICK_MS = 1_000;
const READ_AGAIN_MS = 5_000;
/** How often it is asked which sites there are, before there is one and afterwards. */
const FIRST_SITE_MS = 2_000;
const SITES_MS = 60_000;
const PAST_AT_ONCE = 4;

export class Store {
  site = new Site();
  /** The site that is shown; undefined until the API has said which. */
  siteId: string | undefined;
  sites: readonly string[] = [];
  phase: Phase = { name: "connecting" };
  me: Me | null = null;
  /** Why what is known could not be read; empty when it could. */
  failure = "";
  /** Whether the state of the site was read at least once. */
  loaded = false;
  /** Counts the times that the state was caught up with the API. */
  caughtUp = 0;
  #connection: Connection | null = null;
  #listeners = new Set<() => void>();
  #version = 0;
  /** The newest version of a plan whose details were asked for. */
  #asked = 0;
  /** When what could not be read is read again. */
  #again: ReturnType<typeof setTimeout> | undefined;
  #following: ReturnType<typeof setTimeout> | undefined;
  #due: ReturnType<typeof setTimeout> | undefined;
  #drawEveryMs = DRAW_EVERY_MS;

  /** What a part of the page says whose state was not read yet. */
  get unread(): string {
    const isAway = this.failure !== "" || this.phase.name === "reconnecting";
    return isAway ? "Not read yet: the top of the page says why." : "Loading…";
  }

  constructor() {
    setInterval(() => { this.touch(); }, TICK_MS); // ages and silence move without a message
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  };

  readonly version = (): number => this.#version;

  refreshEvery(ms: number): void {
    this.#drawEveryMs = ms;
  }

  /** Show another site, or the first one (undefined). */
  open(siteId: string | undefined): void {
    const { profiles } = this.site;
    this.#connection?.close();
    this.site = new Site();
    this.site.profiles = profiles;
    this.siteId = siteId;
    this.loaded = false;
    this.#asked = 0;
    this.failure = "";
    this.phase = { name: "connecting" };
    const shown = this.site;
    this.#connection = new Connection({
      negotiate: async () => {
        const negotiated = await api.negotiate(siteId).catch(async (error: unknown) => {
          if (shown === this.site && siteId !== undefined) {
            // There may be no such site: those that there are can be chosen.
            this.sites = await api.negotiate(undefined).then((found) => found.sites, () => this.sites);
            this.touch();
          }
          throw error;
        });
        if (shown === this.site) {
          this.siteId = negotiated.site;
          this.sites = negotiated.sites;
          this.#followSites(shown, siteId);
        }
        return negotiated;
      },
      onPhase: (phase) => {
        this.phase = phase;
        this.touch();
      },
      onOpen: () => void this.catchUp(),
      onMessage: (content) => {
        shown.apply(content, Date.now());
        this.#followPlan(shown);
        this.touch();
      },
    });
    this.touch();
  }

  /** Sites come while the page is open; before the first device has reported there is none, and the first is shown. */
  #followSites(shown: Site, siteId: string | undefined): void {
    clearTimeout(this.#following);
    this.#following = setTimeout(() => void (async () => {
      // Why it could not be asked, the connection says.
      const sites = await api.negotiate(siteId).then((found) => found.sites, () => this.sites);
      if (shown !== this.site) {
        return; // another site is shown by now
      }
      if (siteId === undefined && this.sites.length === 0 && sites.length > 0) {
        this.open(undefined);
      } else {
        this.sites = sites;
        this.#followSites(shown, siteId);
      }
    })(), this.sites.length === 0 ? FIRST_SITE_MS : SITES_MS);
  }

  /**
   * Read what was known before the first message, and what was missed while none came. Each part is
   * shown as it comes, and what fails is read again soon: one slow answer hides nothing else.
   */
  async catchUp(): Promise<void> {
    const { site: shown, siteId } = this;
    clearTimeout(this.#again);
    if (siteId === undefined) {
      return;
    }
    const before = shown.incidents.list;
    const reading = [
      this.#readMe(shown),
      incidentApi.list({ site: siteId, max: 200 }).then((open) => { shown.incidents.takeOpen(open, before); }),
      incidentApi.list({ site: siteId, state: "all", max: 100 }).then(({ incidents }) => {
        incidents.forEach((incident) => { shown.incidents.take(incident); });
      }),
      api.alerts({ site: siteId, max: 200 }).then((alerts) => { shown.takeAlerts(alerts); }),
      api.devices(siteId).then((devices) => { shown.takeDevices(devices, Date.now()); }),
      api.latest(siteId).then((latest) => { shown.takeLatest(latest); }),
      api.plans(siteId).then(({ plans }) => { plans.forEach((plan) => { shown.takePlan(plan); }); }),
      api.optimiser(siteId).then((setting) => { shown.takeOptimiser(setting); }),
      api.overrides(siteId).then((setting) => { shown.takeOverrides(setting); }),
      api.places(siteId).then((places) => { shown.places = places; }),
    ].map(async (part) => {
      await part;
      this.touch();
    });
    const failed = (await Promise.allSettled(reading)).find((part) => part.status === "rejected");
    if (shown !== this.site) {
      return; // another site is shown by now
    }
    if (failed === undefined) {
      this.failure = "";
      this.loaded = true;
      this.caughtUp += 1;
    } else {
      const error: unknown = failed.reason;
      this.failure = error instanceof ApiError && error.status === 404
        ? `there is no site ${siteId}` : wordsOf(error);
      this.#again = setTimeout(() => void this.catchUp(), READ_AGAIN_MS);
    }
    this.touch();
  }

  /** Read the newest stored scores of some devices of each profile, once: the page knows those that came since. */
  async readPast(): Promise<void> {
    const shown = this.site;
    if (shown.hasAskedPast || !this.loaded) {
      return;
    }
    shown.hasAskedPast = true;
    const chosen = chooseDevices(shown.devices.list());
    while (chosen.length > 0 && shown === this.site) {
      const few = chosen.splice(0, PAST_AT_ONCE);
      // What cannot be read leaves a device with what came since: the view says of how many scores it speaks.
      await Promise.allSettled(few.map(async (device) => { await readTrail(device, shown.profiles.get(device.profile)); }));
      this.touch();
    }
  }

  async #readMe(shown: Site): Promise<void> {
    this.me ??= await api.me();
    if (shown.profiles.size === 0) {
      shown.takeProfiles(await api.profiles());
    }
  }

  /** A live plan is without its details: read them once for each version. */
  #followPlan(shown: Site): void {
    const version = shown.plans[0]?.version ?? 0;
    if (version > Math.max(shown.plan?.version ?? 0, this.#asked) && this.loaded) {
      this.#asked = version;
      api.latest(this.siteId ?? "").then(
        (latest) => {
          shown.takeLatest(latest);
          this.touch();
        },
        (error: unknown) => { this.failure = wordsOf(error); },
      );
    }
  }

  /** Whether the user may act on the site that is shown; the API decides, this only hides. */
  mayAct(): boolean {
    const acts = this.me?.acts ?? [];
    return (this.me?.roles ?? []).some((role) => role === "operator" || role === "admin")
      && (acts.includes("*") || acts.includes(this.siteId ?? ""));
  }

  /** Something changed: the views look again soon, however much more changes until then. */
  touch(): void {
    if (this.#due !== undefined) {
      return;
    }
    this.#due = setTimeout(() => {
      this.#due = undefined;
      this.#version += 1;
      this.#listeners.forEach((listener) => { listener(); });
    }, document.hidden ? DRAW_HIDDEN_EVERY_MS : this.#drawEveryMs);
  }
}
