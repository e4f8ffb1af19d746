/** Each device as a tile, by kind: one look says where something is wrong. */
import { memo, type ReactNode } from "react";
import { short } from "../drawing/format.js";
import { linkTo } from "../drawing/route.js";
import { groupByProfile, type Row } from "../drawing/rows.js";
import { StateMark } from "../parts/parts.js";
import { Sparkline } from "../parts/sparkline.js";
import type { Device, StateWord } from "../state/devices.js";
import { useShown } from "./context.js";

export function Tiles({ rows }: { readonly rows: readonly Row[] }): ReactNode {
  const { store, place } = useShown();
  return (
    <div className="floors">
      {[...groupByProfile(rows)].map(([profile, group]) => (
        <details key={profile} open className="floor">
          <summary>
            {store.site.profiles.get(profile)?.title ?? profile}{" "}
            <small>{summarise(group)}</small>
          </summary>
          <ul className="tiles">
            {group.map(({ device, state }) => (
              <Tile key={device.deviceId} device={device} state={state}
                href={linkTo(place, "device", device.deviceId)} />
            ))}
          </ul>
        </details>
      ))}
    </div>
  );
}

function summarise(group: readonly Row[]): string {
  const alerting = group.filter(({ state }) => state === "alert").length;
  return `${group.length} devices${alerting > 0 ? `, ${alerting} in alert` : ""}`;
}

interface TileProps {
  readonly device: Device;
  readonly state: StateWord;
  readonly href: string;
}

/** Drawn again only when its device has a new reading or another state. */
const Tile = memo(({ device, state, href }: TileProps): ReactNode => (
  <li>
    <a className="tile" href={href} data-state={state} data-tile={device.deviceId}>
      <span className="device">{device.deviceId}</span>
      <StateMark state={state} />
      <Sparkline trail={device.trail} t={device.t} abnormal={state === "alert" || state === "odd"} />
      <span className="score">
        {device.score === null ? "no score yet" : `${short(device.score)} / ${short(device.threshold)}`}
      </span>
    </a>
  </li>
));
Tile.displayName = "Tile";
