/** What was sent to whom, what waits, and what failed or was skipped, with the reason. */
import { useState, type ReactNode } from "react";
import { notificationApi } from "../api/notifications.js";
import { wordsOf } from "../api/request.js";
import { linkTo } from "../drawing/route.js";
import { nameTarget } from "../drawing/rules.js";
import type { Notice } from "../messages/kinds.js";
import { Choice, Empty, Section } from "../parts/parts.js";
import { setOptions, useShown } from "./context.js";
import { useRequest } from "./use_request.js";

const PAGE = 50;
const STATES: readonly (readonly [string, string])[] = [
  ["", "all"], ["pending", "waiting"], ["sent", "sent"], ["failed", "failed"], ["skipped", "skipped"],
];
const CHANNELS: readonly (readonly [string, string])[] = [
  ["", "all"], ["email", "email"], ["slack", "Slack"], ["webhook", "webhook"],
];
const SIGNS: Readonly<Record<Notice["status"], string>> = {
  pending: "◔ waiting", sent: "• sent", failed: "▲ failed", skipped: "○ skipped",
};

export function Deliveries({ siteId }: { readonly siteId: string }): ReactNode {
  const { place } = useShown();
  const { status = "", channel = "" } = place.options;
  const query = { site: siteId, status, channel, max: PAGE };
  const { answer, failure, reload, put } = useRequest(
    async () => await notificationApi.deliveries(query), JSON.stringify(query),
  );
  const [more, setMore] = useState("");
  const readOlder = async (before: string): Promise<void> => {
    try {
      const page = await notificationApi.deliveries({ ...query, before });
      put({ ...page, deliveries: [...(answer?.deliveries ?? []), ...page.deliveries] });
      setMore("");
    } catch (error) {
      setMore(wordsOf(error));
    }
  };
  const older = answer?.older ?? null;
  return (
    <Section title="Messages" note="of the last 30 days, newest first" name="deliveries">
      <div className="filters" role="search">
        <Choice label="What became of it" value={status} choices={STATES} onChange={(next) => { setOptions(place, { status: next }); }} />
        <Choice label="By" value={channel} choices={CHANNELS} onChange={(next) => { setOptions(place, { channel: next }); }} />
        <button type="button" onClick={reload}>Read them again</button>
      </div>
      {failure === "" ? null : <p className="banner" role="alert">They could not be read: {failure}.</p>}
      {answer === null ? <p className="empty" role="status">{failure === "" ? "Loading…" : ""}</p>
        : <Table notices={answer.deliveries} />}
      {older === null ? null : (
        <p>
          <button type="button" onClick={() => void readOlder(older)}>Older messages</button>{" "}
          <span role="status">{more}</span>
        </p>
      )}
    </Section>
  );
}

function Table({ notices }: { readonly notices: readonly Notice[] }): ReactNode {
  const { store, place, clock } = useShown();
  const nameIncident = (id: string): string => {
    const [first, ...more] = store.site.incidents.find(id)?.deviceIds ?? [];
    return first === undefined ? "an older incident" : `${first}${more.length === 0 ? "" : ` and ${more.length} more`}`;
  };
  if (notices.length === 0) {
    return <Empty>There is no such message.</Empty>;
  }
  return (
    <table className="plain stacked">
      <thead>
        <tr>
          <th scope="col">Planned</th><th scope="col">State</th><th scope="col">To</th><th scope="col">Rule</th>
          <th scope="col">What</th><th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {notices.map((notice) => (
          <tr key={notice.id} data-notice={notice.status}>
            <td className="when" data-label="Planned">{clock.full(notice.createdAt)}</td>
            <td><span className="state" data-state={notice.status === "failed" ? "alert" : "normal"}>{SIGNS[notice.status]}</span></td>
            <td data-label="To">{notice.target === null ? "nobody" : nameTarget(notice.target)}</td>
            <td data-label="Rule">{notice.rule}</td>
            <td>
              {notice.subject === "" ? notice.kind : notice.subject}
              {notice.incidentIds.map((id) => <span key={id}>{" "}<a href={linkTo(place, "incident", id)}>{nameIncident(id)}</a></span>)}
            </td>
            <td data-label={notice.reason === null ? undefined : "Why"}>
              {notice.reason ?? ""}{notice.reason === null || notice.nextAt === null ? "" : ". "}
              {notice.nextAt === null ? "" : `Tried next at ${clock.full(notice.nextAt)}.`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
