/** How sound the connection is and how old what is shown is; a banner when it is not live. */
import type { ReactNode } from "react";
import { count, span } from "../drawing/format.js";
import { useShown } from "./context.js";

const WORDS = { connecting: "Connecting", live: "Live", reconnecting: "Reconnecting" } as const;

export function ConnectionState(): ReactNode {
  const { store, clock } = useShown();
  const { heardAt } = store.site;
  const age = heardAt === null ? "no message yet" : `last message ${span(Date.now() - heardAt)} ago`;
  return (
    <p className="connection" data-phase={store.phase.name}>
      <span className="lamp" aria-hidden="true" />
      <strong id="phase" role="status">{WORDS[store.phase.name]}</strong>{" "}
      <span className="age">{age}; times in {clock.zone}</span>
    </p>
  );
}

export function Trouble(): ReactNode {
  const { store, clock } = useShown();
  const { phase, site, failure } = store;
  const lines: string[] = [];
  if (phase.name === "reconnecting") {
    const since = site.heardAt === null ? "" : `What is shown is from ${clock.time(site.heardAt)}. `;
    lines.push(`The live connection is away: ${phase.why}. ${since}It is being tried again, and what is `
      + "missed will be read then.");
  }
  if (failure !== "") {
    lines.push(`The state of the site could not be read: ${failure}.`);
  }
  if (site.refused > 0) {
    lines.push(`${count(site.refused, "live message")} made no sense and cannot be shown (${site.refusedWhy}).`);
  }
  if (lines.length === 0) {
    return null;
  }
  return (
    <div className="banner" role="alert" data-banner={phase.name}>
      {lines.map((line) => <p key={line}>{line}</p>)}
      {failure === "" ? null : (
        <p><button type="button" onClick={() => void store.catchUp()}>Read it again</button></p>
      )}
    </div>
  );
}
