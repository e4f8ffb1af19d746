/** Each device as a tile: by building and floor where that is known, or by kind. One look says where
 * something is wrong. */
import { memo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { short } from "../drawing/format.js";
import { groupByPlace, NOT_SAID, summariseRows, type Building } from "../drawing/places.js";
import { linkTo } from "../drawing/route.js";
import { groupByProfile, type Row } from "../drawing/rows.js";
import { findTile } from "../drawing/steps.js";
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
  const [chosen, setChosen] = useState("");
  const stop = rows.some(({ device }) => device.deviceId === chosen) ? chosen : findFirst(kinds, buildings);
  return (
    <div onKeyDown={moveFocus} onFocus={({ target }) => { setChosen(target.dataset["tile"] ?? stop); }}>
      <div className="filters">
        <Choice label="By" value={by} choices={[["place", "building and floor"], ["kind", "kind"]]}
          onChange={(next) => { setOptions(place, { by: next }); }} />
      </div>
      {buildings.map(({ name, floors, rows: all }) => (
        <Group key={name} title={name === NOT_SAID ? "Building not said" : name} rows={all}>
          {floors.length === 1 && floors[0]?.name === NOT_SAID ? <TileList rows={all} stop={stop} /> : floors.map((floor) => (
            <Group key={floor.name} title={floor.name === NOT_SAID ? "Floor not said" : floor.name} rows={floor.rows}>
              <TileList rows={floor.rows} stop={stop} />
            </Group>
          ))}
        </Group>
      ))}
      {kinds.map(([profile, group]) => (
        <Group key={profile} title={profiles.get(profile)?.title ?? profile} rows={group}>
          <TileList rows={group} stop={stop} />
        </Group>
      ))}
    </div>
  );
}

/** The device whose tile is the first, by its id. */
function findFirst(kinds: readonly (readonly [string, readonly Row[]])[], buildings: readonly Building[]): string {
  const [first] = kinds[0]?.[1] ?? buildings[0]?.floors[0]?.rows ?? [];
  return first?.device.deviceId ?? "";
}

/** Arrow keys lead from tile to tile, so that one press of Tab leads past hundreds of them. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const tiles = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-tile]")]
    .filter((tile) => tile.checkVisibility()); // those of a branch that is folded away are not
  const place = tiles.findIndex((tile) => tile === document.activeElement);
  const columns = tiles.filter((tile) => tile.offsetTop === tiles[place]?.offsetTop).length;
  const next = place === -1 ? undefined : findTile(event.key, place, tiles.length - 1, columns);
  if (next !== undefined) {
    event.preventDefault();
    tiles[next]?.focus();
  }
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

interface TileListProps {
  readonly rows: readonly Row[];
  /** The one tile that Tab leads to, by the id of its device. */
  readonly stop: string;
}

function TileList({ rows, stop }: TileListProps): ReactNode {
  const { place } = useShown();
  return (
    <ul className="tiles">
      {rows.map(({ device, state }) => (
        <Tile key={device.deviceId} device={device} state={state} href={linkTo(place, "device", device.deviceId)}
          isStop={device.deviceId === stop} />
      ))}
    </ul>
  );
}

interface TileProps {
  readonly device: Device;
  readonly state: StateWord;
  readonly href: string;
  readonly isStop: boolean;
}

/** Out of sight it follows the state of its device alone: hundreds of figures are drawn for nobody. */
const Tile = memo(({ device, ...rest }: TileProps): ReactNode => {
  const holder = useRef<HTMLLIElement>(null);
  const inSight = useInSight(holder);
  const seen = useRef(device);
  if (inSight || seen.current.score === null) {
    seen.current = device;
  }
  return <li ref={holder}><Face device={seen.current} {...rest} /></li>;
});
Tile.displayName = "Tile";

/** Drawn again only when its device has a new reading or another state. */
const Face = memo(({ device, state, href, isStop }: TileProps): ReactNode => (
  <a className="tile" href={href} tabIndex={isStop ? 0 : -1} data-state={state} data-tile={device.deviceId}>
    <span className="device">{device.deviceId}</span>
    <StateMark state={state} />
    <Sparkline trail={device.trail} t={device.t} abnormal={state === "alert" || state === "odd"} />
    <span className="score">
      {device.score === null ? "no score yet" : `score ${short(device.score)} / ${short(device.threshold)}`}
    </span>
  </a>
));
Face.displayName = "Face";
