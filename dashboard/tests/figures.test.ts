import { expect, test } from "vitest";
import { layOutPie } from "../src/drawing/pie.js";
import { layOutDots } from "../src/drawing/scatter.js";

test("the slices of a pie go round once", () => {
  const slices = layOutPie([{ title: "a", share: 0.75 }, { title: "none", share: 0 }, { title: "b", share: 0.25 }], 10);
  expect(slices.map(({ title }) => title)).toEqual(["a", "b"]);
  expect(slices[0]?.path).toBe("M10,10 L10.00,0.00 A10,10 0 1 1 0.00,10.00 Z");
  expect(slices[1]?.path).toBe("M10,10 L0.00,10.00 A10,10 0 0 1 10.00,0.00 Z");
});

test("a pie of one slice is whole, and one of nothing is none", () => {
  expect(layOutPie([{ title: "a", share: 1 }], 10)[0]?.path).toBe("M10.00,0.00 A10,10 0 0 1 10.00,20.00 A10,10 0 0 1 10.00,0.00 Z");
  expect(layOutPie([], 10)).toEqual([]);
});

test("dots lie where their values are, with the line that fits them", () => {
  const dots = [{ name: "a", x: 0, y: 1 }, { name: "b", x: 5, y: 2 }, { name: "c", x: 10, y: 3 }];
  const plane = layOutDots(dots, 100, 30);
  expect(plane.dots.map(({ left, top }) => [left, top])).toEqual([[0, 20], [50, 10], [100, 0]]);
  expect(plane.slope).toBeCloseTo(0.2);
  expect(plane.trend?.map((each) => Math.round(each))).toEqual([0, 20, 100, 0]);
});

test("too few dots, or dots above one another, have no trend", () => {
  expect(layOutDots([], 100, 30).trend).toBeNull();
  expect(layOutDots([{ name: "a", x: 1, y: 1 }, { name: "b", x: 2, y: 2 }], 100, 30).trend).toBeNull();
  const above = [1, 2, 3].map((y) => ({ name: String(y), x: 4, y }));
  expect(layOutDots(above, 100, 30).trend).toBeNull();
});
