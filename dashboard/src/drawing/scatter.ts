/** Points in a plane, and the straight line that fits them best. Pure. */

export interface Dot {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

export interface Plane {
  readonly dots: readonly (Dot & { readonly left: number; readonly top: number })[];
  /** The ends of the trend, where at least three dots say one. */
  readonly trend: readonly [x1: number, y1: number, x2: number, y2: number] | null;
  /** Of the trend: how much y rises with one of x. */
  readonly slope: number | null;
  readonly maxX: number;
  readonly maxY: number;
}

/** Both axes begin at 0; the largest value lies at the edge of *width* × *height*. */
export function layOutDots(dots: readonly Dot[], width: number, height: number): Plane {
  const maxX = Math.max(...dots.map(({ x }) => x), Number.EPSILON);
  const maxY = Math.max(...dots.map(({ y }) => y), Number.EPSILON);
  const leftOf = (x: number): number => (x / maxX) * width;
  const topOf = (y: number): number => height - (Math.min(Math.max(y, 0), maxY) / maxY) * height;
  const line = fitLine(dots);
  return {
    dots: dots.map((dot) => ({ ...dot, left: leftOf(dot.x), top: topOf(dot.y) })),
    trend: line === null ? null : [0, topOf(line.start), width, topOf(line.start + line.slope * maxX)],
    slope: line?.slope ?? null, maxX, maxY,
  };
}

/** Least squares; null for fewer than three dots, or such that lie above one another. */
function fitLine(dots: readonly Dot[]): { start: number; slope: number } | null {
  const n = dots.length;
  const meanX = dots.reduce((sum, { x }) => sum + x, 0) / n;
  const meanY = dots.reduce((sum, { y }) => sum + y, 0) / n;
  const spread = dots.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  if (n < 3 || spread === 0) {
    return null;
  }
  const slope = dots.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
  return { start: meanY - slope * meanX, slope };
}
