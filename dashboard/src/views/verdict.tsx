/** What the model says of readings that were made up by hand. */
import { useEffect, useState, type ReactNode } from "react";
import { api } from "../api/client.js";
import { wordsOf } from "../api/request.js";
import { percent, short } from "../drawing/format.js";
import { shiftColumns, type Columns } from "../drawing/trial.js";
import { listShares, titleOf } from "../drawing/words.js";
import type { Detected, Profile } from "../messages/kinds.js";
import { Empty, Facts, Section, Shares, StateMark } from "../parts/parts.js";

/** A slider that moves asks when it has rested so long. */
const REST_MS = 150;

interface Props {
  readonly columns: Columns;
  readonly profile: Profile;
  readonly shifts: Readonly<Record<string, number>>;
  readonly held: number;
}

export function Verdict({ columns, profile, shifts, held }: Props): ReactNode {
  const [detected, setDetected] = useState<Detected | null>(null);
  const [failure, setFailure] = useState("");
  useEffect(() => {
    let stale = false;
    const ask = async (): Promise<void> => {
      try {
        const answer = await api.detect(profile.name, [shiftColumns(columns, shifts, held)]);
        if (!stale) {
          setDetected(answer);
          setFailure("");
        }
      } catch (error) {
        if (!stale) {
          setFailure(wordsOf(error));
        }
      }
    };
    const due = setTimeout(() => void ask(), REST_MS);
    return () => {
      stale = true;
      clearTimeout(due);
    };
  }, [columns, profile, shifts, held]);
  return (
    <Section title="Verdict" note="against the threshold of the kind" name="verdict">
      {failure === "" ? null : <p className="banner" role="alert">It could not be scored: {failure}.</p>}
      <div aria-live="polite">
        {detected === null ? <Empty>{failure === "" ? "Asking…" : ""}</Empty>
          : <Result detected={detected} profile={profile} />}
      </div>
    </Section>
  );
}

function Result({ detected, profile }: { readonly detected: Detected; readonly profile: Profile }): ReactNode {
  const { threshold, modelVersion, results } = detected;
  const { score, anomalous = false, contributions = {}, sensors = {}, error } = results[0] ?? {};
  if (score === undefined) {
    return <p>It has no score: {error ?? "the answer does not say why"}.</p>;
  }
  const out = Object.entries(sensors).map(([name, state]) => `${titleOf(name, profile)} ${state}`);
  return (
    <>
      <Facts facts={[
        ["Verdict", <StateMark key="state" state={anomalous ? "odd" : "normal"} />],
        ["Score", short(score)], ["Threshold", short(threshold)],
        ["Sensors out", out.length === 0 ? "none" : out.join(", ")], ["Model", modelVersion],
      ]} />
      <meter min={0} max={2 * threshold} high={threshold} value={Math.min(score, 2 * threshold)}
        aria-label="score, of twice the threshold" />
      <p className="ends note"><span>0</span> <span>threshold {short(threshold)}</span> <span>{short(2 * threshold)}</span></p>
      <h3>What it comes from</h3>
      <Shares shares={listShares(contributions, profile).map(({ title, share }) => (
        { title, share, text: percent(share) }
      ))} />
    </>
  );
}
