/** Devices by building and floor. Pure. */
import type { Places } from "../messages/kinds.js";
import { compareNames } from "../state/names.js";
import type { Row } from "./rows.js";

export interface Floor {
  readonly name: string;
  readonly rows: readonly Row[];
}

export interface Building {
  readonly name: string;
  readonly floors: readonly Floor[];
  readonly rows: readonly Row[];
}

/** What stands for a building or floor that nobody has said. */
export const NOT_SAID = "not said";

/** Buildings and their floors in the order of their names; devices whose place nobody knows come last. */
export function groupByPlace(rows: readonly Row[], places: Places): Building[] {
  const buildings = groupBy(rows, ({ device }) => places[device.deviceId]?.building || NOT_SAID);
  return buildings.map(([name, group]) => ({
    name, rows: group,
    floors: groupBy(group, ({ device }) => places[device.deviceId]?.floor || NOT_SAID)
      .map(([floor, each]) => ({ name: floor, rows: each })),
  }));
}

function groupBy(rows: readonly Row[], nameOf: (row: Row) => string): [string, Row[]][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = nameOf(row);
    const group = groups.get(name) ?? [];
    group.push(row);
    groups.set(name, group);
  }
  return [...groups].sort(([a], [b]) => Number(a === NOT_SAID) - Number(b === NOT_SAID) || compareNames(a, b));
}

/** `9 devices, 1 in alert, 2 silent`. */
export function summariseRows(rows: readonly Row[]): string {
  const counted = (state: string, words: string): string => {
    const count = rows.filter((row) => row.state === state).length;
    return count === 0 ? "" : `, ${count} ${words}`;
  };
  const word = rows.length === 1 ? "device" : "devices";
  return `${rows.length} ${word}${counted("alert", "in alert")}${counted("silent", "silent")}`;
}
