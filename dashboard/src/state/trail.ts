/** The newest scores of a device against its threshold: a ring, so that hours cost no memory. */

export const TRAIL_POINTS = 120;

/** Event time in ms, and score / threshold at it; NaN is a gap. */
export type Point = readonly [t: number, ratio: number];

export class Trail {
  #times = new Float64Array(TRAIL_POINTS);
  #ratios = new Float64Array(TRAIL_POINTS);
  #count = 0;
  #next = 0;
  /** Event time of the first score that was added, ms; null before there is one. */
  since: number | null = null;

  /** Adds score / threshold at event time *t*; NaN is a gap. */
  add(ratio: number, t: number): void {
    this.since ??= t;
    this.#push([t, ratio]);
  }

  /** Puts what was stored before the first score in front of it, as far as there is room. */
  addBefore(past: readonly Point[]): void {
    const older = past.filter(([t]) => this.since === null || t < this.since);
    const every = [...older, ...this.points()];
    this.since = older[0]?.[0] ?? this.since;
    this.#count = 0;
    this.#next = 0;
    every.slice(-TRAIL_POINTS).forEach((point) => { this.#push(point); });
  }

  #push([t, ratio]: Point): void {
    this.#times[this.#next] = t;
    this.#ratios[this.#next] = ratio;
    this.#next = (this.#next + 1) % TRAIL_POINTS;
    this.#count = Math.min(this.#count + 1, TRAIL_POINTS);
  }

  get length(): number {
    return this.#count;
  }

  /** The ratios alone, the oldest first. */
  list(): number[] {
    return this.#places().map((at) => this.#ratios[at] ?? Number.NaN);
  }

  /** The oldest first. */
  points(): Point[] {
    return this.#places().map((at) => [this.#times[at] ?? Number.NaN, this.#ratios[at] ?? Number.NaN]);
  }

  #places(): number[] {
    const first = this.#next - this.#count + TRAIL_POINTS;
    return Array.from({ length: this.#count }, (_, place) => (first + place) % TRAIL_POINTS);
  }
}
