// @ts-check
// The page's model of a site's plans. Run by tests/unit/tocsin/page/test_page_model.py with `node --test`.
import assert from "node:assert/strict";
import { test } from "node:test";

import { MAX_MOVES, planLine, Work } from "../../../../../functions/tocsin/page/work.js";

/** @param {number} version @param {object} [changes] */
function plan(version, changes = {}) {
  return {
    version, createdAt: 1_800_000_000_000 + version, cause: { kind: "alert", text: "alert of c-1" },
    migrations: [{ taskId: "a", from: "c-1", to: "c-2", reason: "c-1 has failed" }],
    deliveries: { "c-1": { state: "sent" }, "c-2": { state: "confirmed" } }, ...changes,
  };
}

/** @param {object} document */
const message = (document) => ({ type: "plan", siteId: "s", plan: document });

test("a plan is told once, and what becomes of its orders", () => {
  const work = new Work();
  assert.equal(planLine(work.plan), "No plan was carried out yet.");
  work.apply(message(plan(7)));
  assert.equal(planLine(work.plan), "Plan 7 · alert of c-1 · 1 of 2 devices confirmed");
  const states = { "c-1": { state: "failed" }, "c-2": { state: "superseded" } };
  work.apply(message(plan(7, { deliveries: states })));
  assert.equal(work.moves.length, 1);
  assert.equal(
    planLine(work.plan), "Plan 7 · alert of c-1 · 0 of 1 devices confirmed · not obeyed by c-1",
  );
});

test("moves come newest first, each with its reason", () => {
  const work = new Work();
  work.apply(message(plan(8, { cause: { kind: "timer", text: "" } })));
  work.setLatest({ plan: plan(7, { migrations: [{ taskId: "b", from: null, to: "c-3" }] }) });
  assert.deepEqual(work.moves.map(({ version, from }) => [version, from]), [[8, "c-1"], [7, "nowhere"]]);
  assert.equal(work.moves[0]?.reason, "c-1 has failed");
  assert.match(planLine(work.plan), /^Plan 8 · by the clock/);
});

test("why work does not move is known from the API and from live messages", () => {
  const work = new Work();
  const hold = { since: 1, until: 2, reason: "plan 7 did not bring what it promised" };
  work.setLatest({ plan: null, standing: { notes: [`held still: ${hold.reason}`], hold } });
  assert.deepEqual(work.reasons, ["held still: plan 7 did not bring what it promised"]);
  work.apply({ type: "standing", siteId: "s", standing: { notes: ["c-2 takes no more tasks"], hold: null } });
  assert.deepEqual(work.reasons, ["c-2 takes no more tasks"]);
  work.apply({ type: "standing", siteId: "s", standing: { notes: [], hold: null } });
  assert.deepEqual(work.reasons, []);
});

test("moves are kept to a bound", () => {
  const work = new Work();
  const migrations = Array.from({ length: MAX_MOVES }, (_, n) => ({ taskId: `t${n}`, to: "c" }));
  work.apply(message(plan(1, { migrations })));
  work.apply(message(plan(2)));
  assert.equal(work.moves.length, MAX_MOVES);
  assert.equal(work.moves[0]?.version, 2);
});

test("whether it is paused is known from the API and from live messages", () => {
  const work = new Work();
  assert.equal(work.paused, null);
  work.setOptimiser({ paused: true });
  assert.equal(work.paused, true);
  work.apply({ type: "settings", kind: "tasks", setting: { paused: false } });
  assert.equal(work.paused, true);
  work.apply({ type: "settings", kind: "optimiser", setting: { paused: false } });
  assert.equal(work.paused, false);
});

test("what is malformed is left out", () => {
  const work = new Work();
  for (const bad of [null, 3, {}, { type: "plan" }, message({ version: "7" }), { type: "settings" }]) {
    work.apply(bad);
    work.setLatest(bad);
    work.setOptimiser(bad);
  }
  work.apply(message(plan(7, { migrations: "none", deliveries: [], cause: null })));
  assert.equal(work.moves.length, 0);
  assert.equal(planLine(work.plan), "Plan 7");
});
