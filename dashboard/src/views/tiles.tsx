/** Each device as a tile: by building and floor where that is known, or by kind. One look says where
 * something is wrong. */
import { memo, useRef, type ReactNode } from "react";
import { short } from "../drawing/format.js";
import { groupByPlace, NOT_SAID, summariseRows } from "../drawing/places.js";
import { linkTo } from "../drawing/route.js";
import { groupByProfile, type Row } from "../drawing/rows.js";
import { useInSight } from "../parts/in_sight.js";
import { Choice, StateMark } from "../parts/parts.js";
import { Sparkline } from "../parts/sparkline.js";
import type { Device, StateWord } from "../state/devices.js";
import { setOptions, useShown } from "./context.js";

export function Tiles({ rows }: { readonly rows: readonly Row[] }): ReactNode {
  const { store, place } = useShown();
  const { places, profiles } = store.site;
  const located = Object.keys(places).length > 0;
  const by = place.options["by"] ?? (located ? "place" : "kind");
  const kinds = by === "place" ? [] : [...groupByProfile(rows)];
  const buildings = by === "place" ? groupByPlace(rows, places) : [];
  return (
    <>
      <div className="filters">
        <Choice label="By" value={by} choices={[["place", "building and floor"], ["kind", "kind"]]}
          onChange={(next) => { setOptions(place, { by: next }); }} />
      </div>
      {buildings.map(({ name, floors, rows: all }) => (
        <Group key={name} title={name === NOT_SAID ? "Building not said" : name} rows={all}>
          {floors.length === 1 && floors[0]?.name === NOT_SAID ? <TileList rows={all} /> : floors.map((floor) => (
            <Group key={floor.name} title={floor.name === NOT_SAID ? "Floor not said" : floor.name} rows={floor.rows}>
              <TileList rows={floor.rows} />
            </Group>
          ))}
        </Group>
      ))}
      {kinds.map(([profile, group]) => (
        <Group key={profile} title={profiles.get(profile)?.title ?? profile} rows={group}>
          <TileList rows={group} />
        </Group>
      ))}
    </>
  );
}

interface GroupProps {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly children: ReactNode;
}

/** A branch of the tree; it can be folded away. */
function Group({ title, rows, children }: GroupProps): ReactNode {
  return (
    <details open className="floor" data-group={title}>
      <summary>{title} <small>{summariseRows(rows)}</small></summary>
      {children}
    </details>
  );
}

function TileList({ rows }: { readonly rows: readonly Row[] }): ReactNode {
  const { place } = useShown();
  return (
    <ul className="tiles">
      {rows.map(({ device, state }) => (
        <Tile key={device.deviceId} device={device} state={state} href={linkTo(place, "device", device.deviceId)} />
      ))}
    </ul>
  );
}

interface TileProps {
  readonly device: Device;
  readonly state: StateWord;
  readonly href: string;
}

/** Out of sight it follows the state of its device alone: hundreds of figures are drawn for nobody. */
const Tile = memo(({ device, state, href }: TileProps): ReactNode => {
  const holder = useRef<HTMLLIElement>(null);
  const inSight = useInSight(holder);
  const seen = useRef(device);
  if (inSight || seen.current.score === null) {
    seen.current = device;
  }
  return <li ref={holder}><Face device={seen.current} state={state} href={href} /></li>;
});
Tile.displayName = "Tile";

/** Drawn again only when its device has a new reading or another state. */
const Face = memo(({ device, state, href }: TileProps): ReactNode => (
  <a className="tile" href={href} data-state={state} data-tile={device.deviceId}>
    <span className="device">{device.deviceId}</span>
    <StateMark state={state} />
    <Sparkline trail={device.trail} t={device.t} abnormal={state === "alert" || state === "odd"} />
    <span className="score">
      {device.score === null ? "no score yet" : `${short(device.score)} / ${short(device.threshold)}`}
    </span>
  </a>
));
Face.displayName = "Face";
