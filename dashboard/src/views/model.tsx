/** The models: which bundle scores, and how far today is from what it was made on. */
import { useEffect, type ReactNode } from "react";
import { countByHour, findConfidence, judgeModel, CRITICAL_BELOW, type ModelStatus } from "../drawing/confidence.js";
import { count, percent, short, span } from "../drawing/format.js";
import { titleOf } from "../drawing/words.js";
import type { Drift, Profile } from "../messages/kinds.js";
import { Empty, Facts, Section } from "../parts/parts.js";
import { Bundle } from "./bundle.js";
import { useShown } from "./context.js";

const SIGNS = { stable: "• stable", watch: "◆ watch", drifted: "▲ drifted", unknown: "○ unknown" } as const;

const STATUS_SIGNS: Readonly<Record<ModelStatus, string>> = {
  stable: "• stable", caution: "◆ caution", critical: "▲ critical",
};
const STATUS_DRIFT: Readonly<Record<ModelStatus, string>> = { stable: "stable", caution: "watch", critical: "drifted" };

export function ModelView(): ReactNode {
  const { store } = useShown();
  const { loaded, siteId } = store;
  useEffect(() => { void store.readPast(); }, [store, loaded, siteId]);
  const profiles = [...store.site.profiles.values()];
  return (
    <>
      <h2 className="title">Models</h2>
      {profiles.length === 0 ? <Empty>{store.loaded ? "There is no profile." : store.unread}</Empty> : null}
      <div className="models">{profiles.map((profile) => <Model key={profile.name} profile={profile} />)}</div>
    </>
  );
}

function Model({ profile }: { readonly profile: Profile }): ReactNode {
  const { store, clock } = useShown();
  const { model, drift } = profile;
  const confidence = findConfidence(store.site.devices.list(), profile.name, store.site.alerts.list);
  const { status, reasons } = judgeModel(profile, confidence);
  const hours = countByHour(store.site.alerts.list, profile.name, Date.now());
  return (
    <Section title={profile.title} note={profile.name} name={`model-${profile.name}`}>
      <div className="gauge">
        <p>
          <strong className="large">{confidence.share === null ? "–" : percent(confidence.share, 1)}</strong>{" "}
          <span className="unit">confidence</span>
        </p>
        {confidence.share === null ? null : (
          <meter min={0.8} low={CRITICAL_BELOW} max={1} optimum={1} value={Math.max(confidence.share, 0.8)}
            aria-label={`confidence in the model of ${profile.title}`} />
        )}
        <p className="note">
          {count(confidence.scores, "newest score")} of {count(confidence.devices, "device")} in no alert, without those that an
          alert called: so many lie below the threshold. It is calibrated so that next to all do.
        </p>
      </div>
      <p>
        <span className="state" data-status={status} data-drift={STATUS_DRIFT[status]}>{STATUS_SIGNS[status]}</span>{": "}
        {reasons.join(" ")}
      </p>
      <HourBars counts={hours} title={`Alerts of ${profile.title} in each of the last 24 hours`} />
      <Facts facts={[
        ["Version", model.version ?? "none: its devices are not scored"],
        ["Active since", model.activatedAt === null ? "not said" : clock.full(model.activatedAt)],
        ["Window", `${profile.window} readings, one each ${profile.period_s}\u202fs`],
        ["Drift", drift === null ? "not measured yet" : <DriftState key="drift" drift={drift} profile={profile} />],
      ]} />
      {drift === null ? <Empty>No drift was measured for this version yet.</Empty>
        : <DriftTable drift={drift} profile={profile} />}
      <Bundle profile={profile} />
    </Section>
  );
}

/** Alerts by hour as bars; the figures stand in the text below. */
function HourBars({ counts, title }: { readonly counts: readonly number[]; readonly title: string }): ReactNode {
  const most = Math.max(...counts, 1);
  const whole = counts.reduce((sum, count) => sum + count, 0);
  return (
    <figure className="bars">
      <figcaption>{title}: {whole}{whole === 0 ? "" : `, at most ${most} in one`}</figcaption>
      <svg viewBox="0 0 240 40" preserveAspectRatio="none" aria-hidden="true">
        {counts.map((count, hour) => (
          <rect key={hour} x={hour * 10 + 1} width={8} y={40 - Math.max((count / most) * 40, 1)}
            height={Math.max((count / most) * 40, 1)} data-empty={count === 0} />
        ))}
      </svg>
      <small className="ends"><span>24 h ago</span> <span>now</span></small>
    </figure>
  );
}

function DriftState({ drift, profile }: { readonly drift: Drift; readonly profile: Profile }): ReactNode {
  const largest = drift.largest === null ? "–" : drift.largest === "score" ? "score" : titleOf(drift.largest, profile);
  return (
    <span className="state" data-drift={drift.state}>
      {SIGNS[drift.state]} {drift.figure === null ? drift.reason : `${short(drift.figure)}, largest: ${largest}`}
    </span>
  );
}

function DriftTable({ drift, profile }: { readonly drift: Drift; readonly profile: Profile }): ReactNode {
  const channels = Object.entries(drift.channels).sort(([, a], [, b]) => b - a);
  return (
    <table className="plain">
      <caption>
        {count(drift.readings, "reading")} of {count(drift.devices, "device")} over {span(drift.to - drift.from)}; below 0.1 is
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
