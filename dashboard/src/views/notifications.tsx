/** Who is told of incidents: the switch of the site, its rules, and what became of each message. */
import type { ReactNode } from "react";
import { notificationApi } from "../api/notifications.js";
import { count } from "../drawing/format.js";
import type { Switch } from "../messages/kinds.js";
import { Empty, Section } from "../parts/parts.js";
import { useShown } from "./context.js";
import { Deliveries } from "./deliveries.js";
import { IncidentTabs } from "./incident_tabs.js";
import { Rules } from "./rules.js";
import { useAct } from "./use_act.js";
import { useRequest } from "./use_request.js";

export function NotificationsView(): ReactNode {
  const { store } = useShown();
  const { siteId } = store;
  return (
    <>
      <IncidentTabs />
      {store.me === null ? <p className="empty" role="status">Loading…</p> : null}
      {store.me === null || store.mayAct() ? null : (
        <Section title="Notifications" name="no-notifications">
          <Empty>Only operators of this site see who is told, since rules have addresses of people.</Empty>
        </Section>
      )}
      {store.mayAct() && siteId !== undefined ? (
        <div key={siteId}>
          <SiteSwitch siteId={siteId} />
          <Rules siteId={siteId} />
          <Deliveries siteId={siteId} />
        </div>
      ) : null}
    </>
  );
}

function SiteSwitch({ siteId }: { readonly siteId: string }): ReactNode {
  const { answer, failure, put, reload } = useRequest(async () => await notificationApi.state(siteId), siteId);
  return (
    <Section title="Notifications of the site" name="switch">
      {failure === "" ? null : (
        <p className="banner" role="alert">
          They could not be read: {failure}. <button type="button" onClick={reload}>Try again</button>
        </p>
      )}
      {answer === null ? <p className="empty" role="status">{failure === "" ? "Loading…" : ""}</p>
        : <Standing state={answer} onChange={put} onConflict={reload} />}
    </Section>
  );
}

type Wanted = Pick<Switch, "on" | "perHour" | "off">;

const CHANNELS: readonly (readonly [Switch["off"][number], string])[] = [
  ["email", "Email"], ["slack", "Slack"], ["webhook", "Webhooks"],
];

interface StandingProps {
  readonly state: Switch;
  readonly onChange: (state: Switch) => void;
  readonly onConflict: () => void;
}

function Standing({ state, onChange, onConflict }: StandingProps): ReactNode {
  const { clock } = useShown();
  const { busy, said, act } = useAct();
  const { on, perHour, off, by, at, waiting, revision } = state;
  const turn = (change: Partial<Wanted>): void => {
    const wanted: Wanted = { on, perHour, off, ...change };
    void act(async (site) => {
      try {
        onChange(await notificationApi.turn(site, wanted, revision));
      } catch (error) {
        onConflict(); // somebody else may have turned it
        throw error;
      }
      return wanted.on ? "Done. What is open and was not told is said once." : "Nobody is told anything until it is switched on.";
    });
  };
  return (
    <>
      <p>
        <span className="state" data-state={on ? "normal" : "odd"} data-on={on}>{on ? "• on" : "◆ off"}</span>{": "}
        {waiting === 0 ? "no message waits." : `${count(waiting, "message")} waiting.`}
        {at === null ? "" : ` ${by ?? "Somebody"} set it at ${clock.full(at)}.`}
      </p>
      <p className="buttons">
        <button type="button" disabled={busy} onClick={() => { turn({ on: !on }); }}>
          {on ? "Switch all off" : "Switch on"}
        </button>
        <label className="choice">
          Messages to one target in an hour, at most{" "}
          <select value={String(perHour)} disabled={busy} onChange={(event) => { turn({ perHour: Number(event.target.value) }); }}>
            {[...new Set([5, 10, 30, 60, 120, perHour])].sort((a, b) => a - b).map((most) => (
              <option key={most} value={String(most)}>{most}</option>
            ))}
          </select>
        </label>
        {CHANNELS.map(([channel, title]) => (
          <button key={channel} type="button" disabled={busy || !on} aria-pressed={!off.includes(channel)}
            onClick={() => { turn({ off: off.includes(channel) ? off.filter((each) => each !== channel) : [...off, channel] }); }}>
            {title}: {off.includes(channel) ? "off" : "on"}
          </button>
        ))}
        <span role="status" data-said>{said}</span>
      </p>
      <p className="note">While a channel is off, nobody is written to by it; tests of a rule go all the same.</p>
    </>
  );
}
