/** The devices as a table: sorted, filtered, and only the rows in sight in the document. */
import { useState, type ReactNode } from "react";
import { count, short, span, withUnit } from "../drawing/format.js";
import { linkTo } from "../drawing/route.js";
import { chooseRows, SORT_KEYS, type Row, type SortKey } from "../drawing/rows.js";
import { Choice, Empty, StateMark } from "../parts/parts.js";
import { STATE_WORDS } from "../state/devices.js";
import { setOptions, useShown } from "./context.js";
import { FindField } from "./find_field.js";

const ROW_HEIGHT = 44;
const ROWS_IN_SIGHT = 14;
const TITLES: Readonly<Record<SortKey, string>> = {
  state: "State", device: "Device", profile: "Kind", score: "Score / threshold", last: "Last reading",
};

export function DeviceTable({ rows }: { readonly rows: readonly Row[] }): ReactNode {
  const { store, place } = useShown();
  const [top, setTop] = useState(0);
  const { find = "", state = "", sort = "state", down = "" } = place.options;
  const key = SORT_KEYS.find((each) => each === sort) ?? "state";
  const chosen = chooseRows(rows, { text: find, state, sort: key, descending: down === "1" });
  const first = Math.max(0, Math.min(Math.floor(top / ROW_HEIGHT), chosen.length - ROWS_IN_SIGHT));
  const shown = chosen.slice(first, first + ROWS_IN_SIGHT + 2);
  const sortBy = (next: SortKey): void => {
    setOptions(place, { sort: next, down: next === key && down === "" ? "1" : "" });
  };
  const states = STATE_WORDS.map((word): [string, string] => [word, word]);
  return (
    <>
      <form className="filters" role="search" onSubmit={(event) => { event.preventDefault(); }}>
        <FindField placeholder="device or kind" />
        <Choice label="State" value={state} choices={[["", "all"], ...states]}
          onChange={(next) => { setOptions(place, { state: next }); }} />
        <output>{store.loaded || rows.length > 0 ? `${chosen.length} of ${count(rows.length, "device")}` : ""}</output>
      </form>
      {chosen.length === 0 && rows.length > 0 ? <Empty>No device fits what is looked for.</Empty> : null}
      <div className="scroll" tabIndex={0} role="group" aria-label="Devices, a table to scroll"
        onScroll={(event) => { setTop(event.currentTarget.scrollTop); }}>
        <table aria-rowcount={chosen.length + 1}>
          <thead>
            <tr aria-rowindex={1}>
              {SORT_KEYS.map((each) => (
                <th key={each} scope="col" aria-sort={each !== key ? "none" : down === "1" ? "descending" : "ascending"}>
                  <button type="button" onClick={() => { sortBy(each); }}>{TITLES[each]}</button>
                </th>
              ))}
              <th scope="col">Channels</th>
            </tr>
          </thead>
          <tbody>
            <Gap rows={first} />
            {shown.map((row, index) => (
              <TableRow key={row.device.deviceId} row={row} index={first + index + 2} />
            ))}
            <Gap rows={chosen.length - first - shown.length} />
          </tbody>
        </table>
      </div>
    </>
  );
}

/** Stands for rows out of sight: an SVG has a height without a style attribute. */
function Gap({ rows }: { readonly rows: number }): ReactNode {
  return rows <= 0 ? null : (
    <tr aria-hidden="true" className="gap"><td colSpan={6}><svg width="1" height={rows * ROW_HEIGHT} /></td></tr>
  );
}

function TableRow({ row, index }: { readonly row: Row; readonly index: number }): ReactNode {
  const { store, place, clock } = useShown();
  const { device, state } = row;
  const profile = store.site.profiles.get(device.profile);
  const now = Date.now();
  return (
    <tr aria-rowindex={index} data-device={device.deviceId} data-state={state}>
      <td><StateMark state={state} /></td>
      <th scope="row"><a href={linkTo(place, "device", device.deviceId)}>{device.deviceId}</a></th>
      <td>{profile?.title ?? device.profile}</td>
      <td className="number">
        {device.score === null ? "–" : `${short(device.score)} / ${short(device.threshold)}`}
      </td>
      <td>
        <time dateTime={new Date(device.t).toISOString()}>{clock.near(device.t, now)}</time>
        {state === "silent" ? <small> {span(now - device.seenAt)} ago</small> : null}
      </td>
      <td className="values">
        {(profile?.channels ?? namesOf(device.values)).map(({ name, title, unit, low, high }) => (
          <span key={name} className="value" data-outside={isOutside(device.values[name], low, high)}>
            <span className="value-title">{title}</span> {withUnit(device.values[name], unit)}
            {device.sensors[name] === undefined ? null : <em> sensor {device.sensors[name]}</em>}
          </span>
        ))}
      </td>
    </tr>
  );
}

function isOutside(value: number | null | undefined, low: number, high: number): boolean {
  return value !== null && value !== undefined && (value < low || value > high);
}

/** The channels of a device whose profile is not known stand for themselves. */
function namesOf(values: Readonly<Record<string, unknown>>): {
  name: string; title: string; unit: string; low: number; high: number;
}[] {
  return Object.keys(values).map((name) => ({
    name, title: name, unit: "", low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY,
  }));
}
