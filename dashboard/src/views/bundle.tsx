/** The active model bundle: how good it was in its evaluation, and which others are published. */
import { useState, type ReactNode } from "react";
import { api } from "../api/client.js";
import { describeUse, describeVerdict, listFigures, writeCommand } from "../drawing/bundle_words.js";
import { percent, span } from "../drawing/format.js";
import type { Profile, BundleOverview } from "../messages/kinds.js";
import { Choice, Empty, Facts } from "../parts/parts.js";
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
  const { clock, store } = useShown();
  const { card, refused, published, cut } = found;
  return (
    <>
      {refused === null ? null : <p className="note">The active bundle is not to be trusted: {refused}.</p>}
      {card === null ? null : <Facts facts={listFigures(card)} />}
      {card?.metrics ? <Kinds kinds={card.metrics.kinds} /> : null}
      {published.length === 0 ? <Empty>No version is published.</Empty> : (
        <table className="plain">
          <caption>Published versions, the newest first{cut ? "; there are older ones" : ""}</caption>
          <thead>
            <tr>
              <th scope="col">Version</th><th scope="col">Uploaded</th><th scope="col">Use</th>
              <th scope="col">Last comparison</th>
            </tr>
          </thead>
          <tbody>
            {published.map((each) => (
              <tr key={each.version} data-version={each.version}>
                <th scope="row">{each.version}</th><td>{clock.full(each.uploadedAt)}</td>
                <td>{describeUse(each.version, found)}</td><td>{describeVerdict(each)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {store.me?.roles.includes("admin") === true && published.length > 0 ? <Change found={found} /> : null}
    </>
  );
}

/** What an admin runs where the key is that bundles are signed with: this page cannot have it. */
function Change({ found }: { readonly found: BundleOverview }): ReactNode {
  const { clock } = useShown();
  const others = found.published.filter((each) => writeCommand(each, found) !== null);
  const [chosen, setChosen] = useState("");
  const published = others.find(({ version }) => version === chosen);
  if (others.length === 0) {
    return null;
  }
  return (
    <div data-change role="group" aria-label="Use another version">
      <Choice label="Use another version" value={chosen} onChange={setChosen}
        choices={[["", "–"], ...others.map(({ version }): [string, string] => [version, version])]} />
      {published === undefined ? null : (
        <>
          <p>
            {published.version}: {describeVerdict(published)}
            {published.verdict === null ? "" : `, at ${clock.full(published.verdict.at)}`}.
          </p>
          <p>Run this where the key is that bundles are signed with. It asks no more; scoring takes it a moment later.</p>
          <pre tabIndex={0} aria-label="Command"><code>{writeCommand(published, found)}</code></pre>
        </>
      )}
    </div>
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
