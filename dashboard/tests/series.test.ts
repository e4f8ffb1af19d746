import { expect, test } from "vitest";
import { extendLine, findGaps, findUsual, LEAST_USUAL, MOST_POINTS, readLine, writeCsv } from "../src/drawing/series.js";
import type { ReadingsShown } from "../src/messages/kinds.js";

const RAW: ReadingsShown = {
  deviceId: "m-1", from: 0, to: 10, resolution: "raw", until: 10, readings: 2, threshold: 4,
  series: { score: { t: [1, 2], values: [0.5, null] }, a: { t: [2], values: [7] } },
};

function minutes(count: number, anomalous: (place: number) => number): ReadingsShown {
  const t = Array.from({ length: count }, (_, place) => place * 60_000);
  return {
    deviceId: "m-1", from: 0, to: count * 60_000, resolution: "minute", step: 60_000, until: 0,
    readings: count, threshold: 4,
    points: { t, readings: t.map(() => 60), anomalous: t.map((_, place) => anomalous(place)) },
    series: { a: { t, min: t.map((_, place) => place), max: t.map((_, place) => place + 1), mean: t.map(() => 0) } },
  };
}

test("a line is values, or means between a lowest and a highest", () => {
  expect(readLine(RAW, "score")).toEqual({ t: [1, 2], values: [0.5, null], low: null, high: null });
  expect(readLine(minutes(2, () => 0), "a")).toMatchObject({ values: [0, 0], low: [0, 1], high: [1, 2] });
  expect(readLine(RAW, "nothing").t).toEqual([]);
});

test("live readings go on behind a line, which stays bounded", () => {
  let line = readLine(RAW, "score");
  expect(extendLine(line, 2, 9, 0)).toBe(line);
  for (let t = 3; t < 2 * MOST_POINTS; t += 1) {
    line = extendLine(line, t, t, 0);
  }
  expect(line.t).toHaveLength(MOST_POINTS);
  expect(line.values.at(-1)).toBe(2 * MOST_POINTS - 1);
  expect(extendLine(line, 5_000, 1, 4_999).t).toEqual([5_000]);
});

test("what is usual leaves out the anomalous and asks for enough", () => {
  expect(findUsual(minutes(LEAST_USUAL - 1, () => 0), "a")).toBeNull();
  expect(findUsual(minutes(100, () => 0), "a")).toEqual({ low: 5, high: 95 });
  expect(findUsual(minutes(100, (place) => (place >= 50 ? 1 : 0)), "a")).toEqual({ low: 2, high: 48 });
  expect(findUsual(RAW, "a")).toBeNull();
});

test("a chart becomes a file with a row a time and a column a line", () => {
  expect(writeCsv(RAW)).toBe(
    "time_utc,a,score\r\n1970-01-01T00:00:00.001Z,,0.5\r\n1970-01-01T00:00:00.002Z,7,\r\n",
  );
  expect(writeCsv(minutes(1, () => 0))).toBe("time_utc,a.min,a.mean,a.max\r\n1970-01-01T00:00:00.000Z,0,0,1\r\n");
});

test("no name is a formula in a spreadsheet", () => {
  const evil = { ...RAW, series: { "=1+1,\"x\"": { t: [1], values: [1] } } };
  expect(writeCsv(evil).split("\r\n")[0]).toBe("time_utc,\"'=1+1,\"\"x\"\"\"");
});

test("over a time without readings there is no line, whatever the rhythm of the device", () => {
  const steady = Array.from({ length: 60 }, (_, place) => place * 1_000 + (place < 40 ? 0 : 150_000));
  expect(findGaps(steady, 0, 59)).toEqual([40]);
  expect(findGaps(steady, 0, 39)).toEqual([]);
  expect(findGaps([0, 3_000, 4_000, 9_000, 20_000], 0, 4)).toEqual([]); // sends when something changes
  expect([findGaps([], 0, -1), findGaps([5], 0, 0)]).toEqual([[], []]);
});
