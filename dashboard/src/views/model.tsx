/** The models: which bundle scores, and how far today is from what it was made on. */
import type { ReactNode } from "react";
import { short, span } from "../drawing/format.js";
import { titleOf } from "../drawing/words.js";
import type { Drift, Profile } from "../messages/kinds.js";
import { Empty, Facts, Section } from "../parts/parts.js";
import { useShown } from "./context.js";

const SIGNS = { stable: "• stable", watch: "◆ watch", drifted: "▲ drifted", unknown: "○ unknown" } as const;

export function ModelView(): ReactNode {
  const { store } = useShown();
  const profiles = [...store.site.profiles.values()];
  return (
    <>
      <h2 className="title">Models</h2>
      {profiles.length === 0 ? <Empty>{store.loaded ? "There is no profile." : "Loading…"}</Empty> : null}
      {profiles.map((profile) => <Model key={profile.name} profile={profile} />)}
    </>
  );
}

function Model({ profile }: { readonly profile: Profile }): ReactNode {
  const { clock } = useShown();
  const { model, drift } = profile;
  return (
    <Section title={profile.title} note={profile.name} name={`model-${profile.name}`}>
      {model.refused === null ? null : (
        <p className="banner" role="alert">The bundle that is active now is refused: {model.refused}</p>
      )}
      <Facts facts={[
        ["Version", model.version ?? "none: its devices are not scored"],
        ["Active since", model.activatedAt === null ? "not said" : clock.full(model.activatedAt)],
        ["Window", `${profile.window} readings, one each ${profile.period_s}\u202fs`],
        ["Drift", drift === null ? "not measured yet" : <DriftState key="drift" drift={drift} />],
      ]} />
      {drift === null ? <Empty>No drift was measured for this version yet.</Empty>
        : <DriftTable drift={drift} profile={profile} />}
    </Section>
  );
}

function DriftState({ drift }: { readonly drift: Drift }): ReactNode {
  return (
    <span className="state" data-drift={drift.state}>
      {SIGNS[drift.state]} {drift.figure === null ? drift.reason : `${short(drift.figure)}, largest: ${drift.largest ?? "–"}`}
    </span>
  );
}

function DriftTable({ drift, profile }: { readonly drift: Drift; readonly profile: Profile }): ReactNode {
  const channels = Object.entries(drift.channels).sort(([, a], [, b]) => b - a);
  return (
    <table className="plain">
      <caption>
        {drift.readings} readings of {drift.devices} devices over {span(drift.to - drift.from)}; below 0.1 is
        stable, above 0.25 drifted
      </caption>
      <thead><tr><th scope="col">Channel</th><th scope="col">Drift</th></tr></thead>
      <tbody>
        <tr><th scope="row">Score</th><td className="number">{short(drift.score)}</td></tr>
        {channels.map(([name, figure]) => (
          <tr key={name}><th scope="row">{titleOf(name, profile)}</th><td className="number">{short(figure)}</td></tr>
        ))}
      </tbody>
    </table>
  );
}
