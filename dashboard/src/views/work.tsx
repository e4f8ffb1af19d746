/** The optimiser: what it moved and why, whether devices obeyed, and what operators may tell it. */
import { useState, type ReactNode } from "react";
import { api } from "../api/client.js";
import { percent, short } from "../drawing/format.js";
import { describePlan } from "../drawing/words.js";
import type { PlanListed, PlanShown } from "../messages/kinds.js";
import { Empty, Facts, Section } from "../parts/parts.js";
import { useShown } from "./context.js";
import { Flows } from "./flows.js";
import { Loads } from "./loads.js";
import { OverridesForm } from "./overrides.js";
import { useAct } from "./use_act.js";

export function WorkView(): ReactNode {
  const { store, clock } = useShown();
  const { plans, optimiser, standing } = store.site;
  return (
    <>
      <Section title="Work" name="work" note={optimiser?.paused ? "paused: nothing is moved" : ""}>
        <p data-plan-line className={plans.length === 0 ? "empty" : ""}>{describePlan(plans[0], store.loaded ? "" : store.unread)}</p>
        {standing === null ? null : (
          <p className="note">
            The last run: {standing.outcome}
            {standing.notes.length > 0 ? ` (${standing.notes.join("; ")})` : ""}
            {standing.hold === null ? "" : `. Nothing moves until ${clock.time(standing.hold.until)}: ${standing.hold.reason}`}
          </p>
        )}
        <Operate />
      </Section>
      <div className="columns">
        <Moves plans={plans} />
        <Section title="Loads" note="in percent of one reference processor" name="loads"><Loads /></Section>
      </div>
      {store.mayAct() ? <OverridesForm /> : null}
      <History plans={plans} />
    </>
  );
}

/** Pause, resume, run, preview: what only operators see, and what the API refuses others anyway. */
function Operate(): ReactNode {
  const { store } = useShown();
  const { busy, said, act } = useAct();
  const [preview, setPreview] = useState<PlanShown | null>(null);
  const { optimiser } = store.site;
  if (!store.mayAct()) {
    return store.me === null ? null : <p className="note">You may see this, not change it.</p>;
  }
  const pause = async (site: string): Promise<string> => {
    const paused = optimiser?.paused !== true;
    store.site.takeOptimiser(await api.setOptimiser(site, { paused }));
    return "";
  };
  const run = async (site: string): Promise<string> => {
    await api.run(site);
    return "A run was asked for.";
  };
  const look = async (site: string): Promise<string> => {
    setPreview(await api.preview(site));
    return "";
  };
  return (
    <>
      <p className="buttons">
        <button type="button" id="pause" disabled={busy || optimiser === null} onClick={() => void act(pause)}>
          {optimiser?.paused === true ? "Resume" : "Pause"}
        </button>
        <button type="button" disabled={busy} onClick={() => void act(run)}>Run now</button>
        <button type="button" disabled={busy} onClick={() => void act(look)}>Preview</button>
        <span role="status" data-said>{said}</span>
      </p>
      {preview === null ? null : (
        <div data-preview>
          <p className="note">This is what a run would do now; nothing was changed.</p>
          <PlanFigures plan={preview} />
          <Flows plan={preview} />
          <button type="button" onClick={() => { setPreview(null); }}>Close the preview</button>
        </div>
      )}
    </>
  );
}

export function PlanFigures({ plan }: { readonly plan: PlanListed }): ReactNode {
  return (
    <>
      <Facts facts={[
        ["Status", plan.status], ["Costs", `${short(plan.objective)}\u202fW`],
        ["To move nothing", `${short(plan.staying)}\u202fW`], ["Gap to the best", percent(plan.gap, 2)],
        ["Solved in", `${short(plan.wallS)}\u202fs`], ["Moves", String(plan.migrations.length)],
        ["Not kept", plan.violations.length === 0 ? "nothing" : `${plan.violations.length} of what was asked`],
      ]} />
      {plan.violations.length === 0 ? null : (
        <ul className="not-kept">{plan.violations.map(({ text }) => <li key={text}>{text}</li>)}</ul>
      )}
    </>
  );
}

function Moves({ plans }: { readonly plans: readonly PlanListed[] }): ReactNode {
  const { store, clock } = useShown();
  const now = Date.now();
  const moves = plans.flatMap((plan) => plan.migrations.map((move) => ({ plan, move }))).slice(0, 100);
  return (
    <Section title="Moves" note="newest first" name="moves">
      {moves.length === 0 ? <Empty>{store.loaded ? "No task was moved yet." : store.unread}</Empty> : (
        <div className="log" role="log" aria-label="Moves, newest first" tabIndex={0}><ol>
          {moves.map(({ plan, move }) => (
            <li key={`${plan.version} ${move.taskId}`} data-move={move.taskId}>
              <time dateTime={new Date(plan.createdAt).toISOString()}>{clock.near(plan.createdAt, now)}</time>{" "}
              <strong className="task">{move.taskId}</strong>{" "}
              <span className="device">{move.from ?? "nowhere"} → {move.to}</span>{" "}
              <span className="causes">{move.reason}</span>
            </li>
          ))}
        </ol></div>
      )}
    </Section>
  );
}

function History({ plans }: { readonly plans: readonly PlanListed[] }): ReactNode {
  const { store, clock } = useShown();
  return (
    <Section title="Plans" note="newest first" name="plans">
      {plans.length === 0 ? <Empty>{describePlan(undefined, store.loaded ? "" : store.unread)}</Empty> : null}
      {plans.slice(0, 20).map((plan) => (
        <details key={plan.version} data-plan={plan.version}>
          <summary>{clock.full(plan.createdAt)} · {describePlan(plan)}</summary>
          <PlanFigures plan={plan} />
          <Flows plan={plan} />
          {plan.notes.map((note) => <p key={note} className="note">{note}</p>)}
        </details>
      ))}
    </Section>
  );
}
