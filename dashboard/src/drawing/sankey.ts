/** Where the bands of moves lie: sources at the left, targets at the right. Pure. */
import type { Flow } from "./words.js";

export interface End {
  readonly key: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

export interface FlowLayout {
  readonly height: number;
  readonly bands: readonly { readonly key: string; readonly path: string }[];
  readonly ends: readonly End[];
}

/** Tall enough for the name of a device on it. */
const TASK_HEIGHT = 22;
const GAP = 6;
const EDGE = 6;

export function layOutFlows(flows: readonly Flow[], width: number): FlowLayout {
  const left = stack(flows, "from", 0);
  const right = stack(flows, "to", width - EDGE);
  const [used, taken] = [new Map<string, number>(), new Map<string, number>()];
  const bands = flows.map(({ from, to, tasks }) => {
    const tall = tasks.length * TASK_HEIGHT;
    const y1 = (left.get(from)?.y ?? 0) + (used.get(from) ?? 0);
    const y2 = (right.get(to)?.y ?? 0) + (taken.get(to) ?? 0);
    used.set(from, (used.get(from) ?? 0) + tall);
    taken.set(to, (taken.get(to) ?? 0) + tall);
    const middle = width / 2;
    const path = `M${EDGE},${y1} C${middle},${y1} ${middle},${y2} ${width - EDGE},${y2} `
      + `v${tall} C${middle},${y2 + tall} ${middle},${y1 + tall} ${EDGE},${y1 + tall} Z`;
    return { key: JSON.stringify([from, to]), path };
  });
  const ends = [...left.values(), ...right.values()];
  const height = Math.max(...ends.map((end) => end.y + end.height), 0);
  return { height, bands, ends };
}

/** The devices of one side, one below the other, each as tall as its tasks are many. */
function stack(flows: readonly Flow[], side: "from" | "to", x: number): Map<string, End> {
  const sizes = new Map<string, number>();
  for (const flow of flows) {
    sizes.set(flow[side], (sizes.get(flow[side]) ?? 0) + flow.tasks.length);
  }
  let y = 0;
  return new Map([...sizes].map(([name, size]): [string, End] => {
    const end = { key: `${side} ${name}`, name, x, y, height: size * TASK_HEIGHT };
    y += end.height + GAP;
    return [name, end];
  }));
}
