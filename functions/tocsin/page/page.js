// @ts-check
// The page: fetches what is known, listens to what is new, and shows both.

import { Fleet, stateOf } from "./fleet.js";
import { isRecord, text } from "./json.js";
import { Live } from "./live.js";
import { clockTime, DeviceTable, Log, makeAlert, makeMove, showReasons } from "./render.js";
import { planLine, Work } from "./work.js";

const FETCH_WITHIN_MS = 10_000;

/** @type {import("./live.js").LiveState} */
let connection = { phase: "connecting" };
/** Which site to show; undefined is the first. @type {string | undefined} */
let site = new URLSearchParams(location.search).get("site") ?? undefined;
let fleet = new Fleet();
let work = new Work();
/** Why the optimiser could not be paused or resumed. */
let refused = "";
let heardAt = 0;
let drawing = false;

const table = new DeviceTable(element("rows"));
/** @type {Log<import("./fleet.js").Alert>} */
const alerts = new Log(element("alerts"));
/** @type {Log<import("./work.js").Move>} */
const moves = new Log(element("moves"));
const pause = /** @type {HTMLButtonElement} */ (element("pause"));
const sites = /** @type {HTMLSelectElement} */ (element("site"));

const live = new Live({
  negotiate,
  onState: (state) => {
    connection = state;
    draw();
  },
  onOpen: (negotiated) => {
    offerSites(negotiated.site, negotiated.sites);
    void fetchKnown(negotiated.site);
  },
  onMessage: (message) => {
    heardAt = Date.now();
    fleet.apply(message, heardAt);
    work.apply(message);
    draw();
  },
});

sites.addEventListener("change", () => {
  site = sites.value;
  history.replaceState(null, "", `?${new URLSearchParams({ site })}`);
  const profiles = fleet.profiles;
  fleet = new Fleet();
  fleet.profiles = profiles;
  work = new Work();
  refused = "";
  heardAt = 0;
  live.connect();
});
pause.addEventListener("click", () => void setPaused(work.paused === false));
setInterval(draw, 1000);
live.connect();

/** @returns {Promise<import("./live.js").Negotiated>} */
async function negotiate() {
  const query = site === undefined ? "" : `?${new URLSearchParams({ site })}`;
  const answer = await get(`/api/negotiate${query}`);
  const { url, site: of, group } = answer;
  if (typeof url !== "string" || typeof of !== "string" || typeof group !== "string") {
    throw new Error("negotiate answered without url, site or group");
  }
  const offered = Array.isArray(answer.sites) ? answer.sites.map(String) : [of];
  return { url, site: of, group, sites: offered };
}

/**
 * What was known before the first message, and what was missed while the connection was lost.
 * @param {string} of the site
 */
async function fetchKnown(of) {
  const shown = fleet;
  const planned = work;
  const query = new URLSearchParams({ site: of });
  try {
    if (shown.profiles.size === 0) {
      shown.setProfiles(await get("/api/profiles"));
    }
    // First: they say more of an alert than its device does, and the device is what counts.
    shown.addAlerts(await get(`/api/alerts?${query}`));
    shown.setDevices(await get(`/api/devices?${query}`), Date.now());
    planned.setLatest(await get(`/api/plans/latest?${query}`));
    planned.setOptimiser(await get(`/api/settings/optimiser?${query}`));
  } catch (error) {
    console.warn("the state before the first message could not be had:", error);
  }
  draw();
}

/**
 * Pause or resume the optimiser of the site that is shown.
 * @param {boolean} paused
 */
async function setPaused(paused) {
  const of = work;
  pause.disabled = true;
  try {
    of.setOptimiser(
      await ask(`/api/settings/optimiser?${new URLSearchParams({ site: site ?? "" })}`, {
        method: "PATCH",
        headers: { "Content-Type": "application/merge-patch+json" },
        body: JSON.stringify({ paused }),
      }),
    );
    refused = "";
  } catch (error) {
    refused = error instanceof Error ? error.message : String(error);
  }
  pause.disabled = false;
  draw();
}

/** @param {string} path */
async function get(path) {
  return await ask(path, {});
}

/**
 * @param {string} path
 * @param {RequestInit} request
 */
async function ask(path, request) {
  const signal = AbortSignal.timeout(FETCH_WITHIN_MS);
  const answer = await fetch(path, { ...request, signal });
  if (answer.status === 401 || answer.status === 403) {
    throw new Error("you are not signed in as someone who may do or see this");
  }
  if (!answer.ok) {
    throw new Error(await reasonOf(answer, path));
  }
  return await answer.json();
}

/**
 * Why the API did not serve a request: its own words where it has any.
 * @param {Response} answer
 * @param {string} path
 */
async function reasonOf(answer, path) {
  const problem = await answer.json().catch(() => null);
  const detail = isRecord(problem) ? text(problem["detail"]) : "";
  return detail || `${path.split("?")[0]} answered ${answer.status}`;
}

/**
 * @param {string} current
 * @param {string[]} offered
 */
function offerSites(current, offered) {
  site = current;
  sites.replaceChildren(...offered.map((name) => new Option(name, name, false, name === current)));
  sites.disabled = offered.length < 2;
}

/** Draw at most once a frame, however many messages arrive. */
function draw() {
  if (!drawing) {
    drawing = true;
    setTimeout(() => {
      drawing = false;
      show(Date.now());
    }, document.hidden ? 1000 : 50);
  }
}

/** @param {number} now ms */
function show(now) {
  table.show(fleet, now);
  alerts.show(fleet.alerts, (alert) => makeAlert(alert, fleet));
  showWork();
  const states = [...fleet.devices.values()].map((device) => stateOf(device, now));
  write("count-devices", String(fleet.devices.size + fleet.beyond.size));
  write("count-alerting", String(states.filter((state) => state === "alert").length));
  write("count-silent", String(states.filter((state) => state === "silent").length));
  write("count-messages", String(fleet.messages));
  write("devices-note", fleet.beyond.size > 0 ? `the first ${fleet.devices.size} are shown` : "");
  element("alerts-empty").hidden = fleet.alerts.length > 0;
  element("devices-empty").hidden = fleet.devices.size > 0;
  element("alerts-title").parentElement?.classList.toggle("quiet", fleet.alerts.length === 0);
  element("count-alerting").classList.toggle("raised", states.includes("alert"));
  showConnection(now);
}

function showWork() {
  moves.show(work.moves, makeMove);
  write("plan", planLine(work.plan));
  pause.hidden = work.paused === null;
  write("pause", work.paused === true ? "Resume" : "Pause");
  const state = work.paused === true ? "paused: nothing is moved" : "";
  write("work-note", refused || state);
  element("moves").hidden = work.moves.length === 0;
  showReasons(element("reasons"), work.reasons);
}

/** @param {number} now ms */
function showConnection(now) {
  element("connection").dataset["phase"] = connection.phase;
  const stale = heardAt === 0 ? "" : `stale since ${clockTime(heardAt)}`;
  if (connection.phase === "live") {
    const seconds = Math.round((now - heardAt) / 1000);
    write("phase", "Live");
    write("phase-detail", heardAt === 0 ? "no message yet" : `last message ${seconds} s ago`);
  } else if (connection.phase === "connecting") {
    write("phase", "Connecting");
    write("phase-detail", stale);
  } else {
    const seconds = Math.max(0, Math.ceil((connection.retryAt - now) / 1000));
    write("phase", "Reconnecting");
    const parts = [stale, connection.why, seconds > 0 ? `next try in ${seconds} s` : "trying"];
    write("phase-detail", parts.filter((part) => part !== "").join(" · "));
  }
}

/** @param {string} id */
function element(id) {
  const found = document.getElementById(id);
  if (found === null) {
    throw new Error(`the page has no element ${id}`);
  }
  return found;
}

/**
 * @param {string} id
 * @param {string} content
 */
function write(id, content) {
  const target = element(id);
  if (target.textContent !== content) {
    target.textContent = content;
  }
}
