/** Where the anomalies are: by kind of device and by channel, as shares with their figures. */
import type { ReactNode } from "react";
import { percent } from "../drawing/format.js";
import { groupByPlace, summariseRows } from "../drawing/places.js";
import { groupByProfile, type Row } from "../drawing/rows.js";
import { shareByChannel, shareByProfile } from "../drawing/shares.js";
import { Empty, Pie, Section, Shares } from "../parts/parts.js";
import { useShown } from "./context.js";

interface Props {
  readonly rows: readonly Row[];
  readonly since: number;
}

export function ByProfile({ rows, since }: Props): ReactNode {
  const { store } = useShown();
  const { alerts, profiles } = store.site;
  const recent = alerts.list.filter(({ t }) => t >= since);
  const kinds = shareByProfile(recent, profiles);
  const channels = shareByChannel(recent, profiles);
  const buildings = groupByPlace(rows, store.site.places).flatMap(({ name, floors }) => floors.map((floor) => ({
    title: `${name}, ${floor.name}`, share: floor.rows.length / Math.max(rows.length, 1), text: summariseRows(floor.rows),
  })));
  const groups = [...groupByProfile(rows)].map(([profile, group]) => ({
    title: profiles.get(profile)?.title ?? profile,
    share: group.length / Math.max(rows.length, 1), text: String(group.length),
  }));
  const named = (shares: typeof kinds): ReactNode => (shares.length === 0
    ? <Empty>{store.loaded ? "No alert in 24 h." : store.unread}</Empty>
    : <><Pie shares={shares} /><Shares shares={shares.map((each) => ({ ...each, text: percent(each.share) }))} /></>);
  return (
    <div className="columns">
      <Section title="Devices by kind" note="share of the site" name="kinds">
        {groups.length === 0 ? <Empty>{store.loaded ? "No device yet." : store.unread}</Empty> : <Shares shares={groups} />}
      </Section>
      {Object.keys(store.site.places).length === 0 ? null : (
        <Section title="Devices by building and floor" note="share of the site" name="buildings">
          <Shares shares={buildings.map(({ text, ...each }) => ({ ...each, text: percent(each.share), note: text }))} />
        </Section>
      )}
      <Section title="Alerts by kind" note="of the last 24 h" name="alert-kinds">{named(kinds)}</Section>
      <Section title="Alerts by channel" note="share of the scores, last 24 h" name="alert-channels">
        {named(channels)}
      </Section>
    </div>
  );
}
