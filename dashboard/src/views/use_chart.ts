/** The readings of a device for a range: read from the API, then carried on by live messages. */
import { useEffect, useRef, useState } from "react";
import { api } from "../api/client.js";
import { wordsOf } from "../api/request.js";
import { extendLine, MOST_POINTS, readLine, valueOf, type Line } from "../drawing/series.js";
import type { ReadingsShown } from "../messages/kinds.js";
import type { Device } from "../state/devices.js";

/** Messages of several readings show but their last one live; the rest is read so often. */
const READ_EVERY_MS = 20_000;
const DAY_MS = 86_400_000;

export interface Chart {
  readonly shown: ReadingsShown | null;
  readonly failure: string;
  readonly reload: () => void;
}

/** spanMs: for a live range how long it is; else null, and *from* and *to* are fixed (ms). */
export function useChart(
  deviceId: string, spanMs: number | null, from: number, to: number, caughtUp: number,
): Chart {
  const [shown, setShown] = useState<ReadingsShown | null>(null);
  const [failure, setFailure] = useState("");
  const [asked, setAsked] = useState(0);
  const [fixedFrom, fixedTo] = spanMs === null ? [from, to] : [0, 0];
  useEffect(() => {
    let stale = false;
    const load = async (): Promise<void> => {
      const end = spanMs === null ? fixedTo : Date.now();
      const start = spanMs === null ? fixedFrom : end - spanMs;
      try {
        const query = { from: Math.round(start), to: Math.round(end), max: MOST_POINTS };
        const answer = await api.readings(deviceId, query);
        if (!stale) {
          setShown(answer);
          setFailure("");
        }
      } catch (error) {
        if (!stale) {
          setFailure(wordsOf(error));
        }
      }
    };
    void load();
    const again = spanMs === null ? undefined : setInterval(() => void load(), READ_EVERY_MS);
    return () => {
      stale = true;
      clearInterval(again);
    };
  }, [deviceId, spanMs, fixedFrom, fixedTo, caughtUp, asked]);
  return { shown, failure, reload: () => { setAsked(asked + 1); } };
}

/** The last 24 hours by minute, for what is usual; null until it is read, or if it cannot be. */
export function useLastDay(deviceId: string): ReadingsShown | null {
  const [day, setDay] = useState<ReadingsShown | null>(null);
  useEffect(() => {
    let stale = false;
    const now = Date.now();
    api.readings(deviceId, { from: now - DAY_MS, to: now, max: 1_500 }).then(
      (answer) => {
        if (!stale) {
          setDay(answer);
        }
      },
      () => { /* The charts say that what is usual is not known; their own reading tells why. */ },
    );
    return () => { stale = true; };
  }, [deviceId]);
  return day;
}

/** The lines of *shown*, by name, with the live readings that came since. */
export function useLines(
  shown: ReadingsShown | null, device: Device | undefined, live: boolean, from: number,
): ReadonlyMap<string, Line> {
  const kept = useRef<{ of: ReadingsShown | null; lines: Map<string, Line> }>(
    { of: null, lines: new Map() },
  );
  if (kept.current.of !== shown) {
    const names = Object.keys(shown?.series ?? {});
    const read = names.map((name): [string, Line] => [
      name, shown === null ? { t: [], values: [], low: null, high: null } : readLine(shown, name),
    ]);
    kept.current = { of: shown, lines: new Map(read) };
  }
  if (live && device !== undefined && shown?.resolution === "raw") {
    for (const [name, line] of kept.current.lines) {
      kept.current.lines.set(name, extendLine(line, device.t, valueOf(device, name), from));
    }
  }
  return kept.current.lines;
}
