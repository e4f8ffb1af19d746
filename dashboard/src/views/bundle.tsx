/** The active model bundle: how good it was in its evaluation, and which others are published. */
import type { ReactNode } from "react";
import { api } from "../api/client.js";
import { describeUse, listFigures } from "../drawing/bundle_words.js";
import { percent, span } from "../drawing/format.js";
import type { Profile, BundleOverview } from "../messages/kinds.js";
import { Empty, Facts } from "../parts/parts.js";
import { useShown } from "./context.js";
import { useRequest } from "./use_request.js";

export function Bundle({ profile }: { readonly profile: Profile }): ReactNode {
  const { answer, failure, reload } = useRequest(
    async () => await api.model(profile.name), JSON.stringify([profile.name, profile.model.version]),
  );
  return (
    <details className="floor" data-bundle={profile.name}>
      <summary>Its bundle: evaluation and versions</summary>
      {failure === "" ? null : (
        <p className="banner" role="alert">
          It could not be read: {failure}. <button type="button" onClick={reload}>Try again</button>
        </p>
      )}
      {answer === null ? <p className="empty" role="status">{failure === "" ? "Loading…" : ""}</p> : <Whole found={answer} />}
    </details>
  );
}

function Whole({ found }: { readonly found: BundleOverview }): ReactNode {
  const { clock } = useShown();
  const { card, refused, published, cut } = found;
  return (
    <>
      {refused === null ? null : <p className="note">The active bundle is not to be trusted: {refused}.</p>}
      {card === null ? null : <Facts facts={listFigures(card)} />}
      {card?.metrics ? <Kinds kinds={card.metrics.kinds} /> : null}
      {published.length === 0 ? <Empty>No version is published.</Empty> : (
        <table className="plain">
          <caption>Published versions, the newest first{cut ? "; there are older ones" : ""}</caption>
          <thead><tr><th scope="col">Version</th><th scope="col">Uploaded</th><th scope="col">Use</th></tr></thead>
          <tbody>
            {published.map(({ version, uploadedAt }) => (
              <tr key={version} data-version={version}>
                <th scope="row">{version}</th><td>{clock.full(uploadedAt)}</td><td>{describeUse(version, found)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

type KindsOf = NonNullable<NonNullable<BundleOverview["card"]>["metrics"]>["kinds"];

function Kinds({ kinds }: { readonly kinds: KindsOf }): ReactNode {
  return (
    <table className="plain">
      <caption>Faults of its evaluation, by kind</caption>
      <thead>
        <tr><th scope="col">Kind</th><th scope="col">Found</th><th scope="col">Share</th><th scope="col">After, in the middle</th></tr>
      </thead>
      <tbody>
        {Object.entries(kinds).map(([kind, { total, found, medianDelayS }]) => (
          <tr key={kind}>
            <th scope="row">{kind.replaceAll("_", " ")}</th>
            <td className="number">{found} of {total}</td>
            <td className="number">{total === 0 ? "–" : percent(found / total)}</td>
            <td className="number">{medianDelayS === null ? "–" : span(medianDelayS * 1000)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
