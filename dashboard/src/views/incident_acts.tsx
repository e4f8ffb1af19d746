/** What operators do about an incident; each may be given a comment, and is in the timeline. */
import { useState, type ReactNode } from "react";
import { incidentApi, type Act } from "../api/incidents.js";
import type { IncidentShown } from "../messages/kinds.js";
import { Choice, Section } from "../parts/parts.js";
import { Question } from "../parts/question.js";
import { useShown } from "./context.js";
import { useAct } from "./use_act.js";

const HOUR_MS = 3_600_000;
const SHELVES: readonly (readonly [string, string])[] = [
  ["0.25", "15 minutes"], ["1", "1 hour"], ["8", "8 hours"], ["24", "24 hours"],
];
const DONE: Readonly<Record<Act, string>> = {
  acknowledge: "You have it now.", shelve: "It is put aside.", unshelve: "It is taken back.",
  close: "It is closed.", comment: "Your comment is in the timeline.",
};

interface Props {
  readonly incident: IncidentShown;
  readonly onChange: (incident: IncidentShown) => void;
}

export function IncidentActs({ incident, onChange }: Props): ReactNode {
  const [comment, setComment] = useState("");
  const { busy, said, act } = useAct();
  const closed = incident.state === "closed";
  const shelved = incident.held.includes("shelved");
  const send = (what: Act, content: object = {}): void => {
    void act(async (site) => {
      onChange(await incidentApi.act(site, incident.id, what, { ...content, comment }));
      setComment("");
      return DONE[what];
    });
  };
  return (
    <Section title="What you can do" name="acts">
      <div className="form">
        <label className="choice">
          Comment{" "}
          <input value={comment} maxLength={2_000} placeholder="goes with what you do next"
            onChange={(event) => { setComment(event.target.value); }} />
        </label>
        <button type="button" disabled={busy || comment.trim() === ""} onClick={() => { send("comment"); }}>
          Only comment
        </button>
      </div>
      {closed ? null : (
        <div className="buttons">
          {incident.state === "unacknowledged" ? (
            <button type="button" disabled={busy} onClick={() => { send("acknowledge"); }}>Acknowledge</button>
          ) : null}
          {shelved
            ? <button type="button" disabled={busy} onClick={() => { send("unshelve"); }}>Unshelve</button>
            : <Shelve busy={busy} onShelve={(content) => { send("shelve", content); }} />}
          <Close busy={busy} active={incident.active} onClose={(force) => { send("close", { force }); }} />
        </div>
      )}
      <p role="status" data-said>{said}</p>
    </Section>
  );
}

interface ShelveProps {
  readonly busy: boolean;
  readonly onShelve: (content: { until: number; once: boolean }) => void;
}

function Shelve({ busy, onShelve }: ShelveProps): ReactNode {
  const { store } = useShown();
  const [hours, setHours] = useState("1");
  const [once, setOnce] = useState(false);
  return (
    <span className="buttons" role="group" aria-label="Shelve">
      <Choice label="Put aside for" value={hours} choices={SHELVES} onChange={setHours} />
      <label className="choice">
        <input type="checkbox" checked={once} onChange={(event) => { setOnce(event.target.checked); }} />
        {" "}or until it clears
      </label>
      <button type="button" disabled={busy || store.siteId === undefined}
        onClick={() => { onShelve({ until: Math.round(Date.now() + Number(hours) * HOUR_MS), once }); }}>
        Shelve
      </button>
    </span>
  );
}

interface CloseProps {
  readonly busy: boolean;
  readonly active: boolean;
  readonly onClose: (force: boolean) => void;
}

/** What is still active says nothing more once it is closed, so this asks once more. */
function Close({ busy, active, onClose }: CloseProps): ReactNode {
  if (!active) {
    return <button type="button" disabled={busy} onClick={() => { onClose(false); }}>Close</button>;
  }
  return (
    <Question title="Close…" question="The fault is still there, and nobody will be told of it again."
      yes="Close it all the same" disabled={busy} onYes={() => { onClose(true); }} />
  );
}
