/** The newest scores of a device against its threshold: a ring, so that hours cost no memory. */

export const TRAIL_POINTS = 120;

export class Trail {
  #ratios = new Float64Array(TRAIL_POINTS);
  #count = 0;
  #next = 0;
  /** Event time of the first score that was added, ms; null before there is one. */
  since: number | null = null;

  /** Adds score / threshold at event time *t*; NaN is a gap. */
  add(ratio: number, t: number): void {
    this.since ??= t;
    this.#push(ratio);
  }

  /** Puts what was stored before the first score in front of it, as far as there is room. */
  addBefore(past: readonly (readonly [t: number, ratio: number])[]): void {
    const older = past.filter(([t]) => this.since === null || t < this.since);
    const every = [...older.map(([, ratio]) => ratio), ...this.list()];
    this.since = older[0]?.[0] ?? this.since;
    this.#count = 0;
    this.#next = 0;
    every.slice(-TRAIL_POINTS).forEach((ratio) => { this.#push(ratio); });
  }

  #push(ratio: number): void {
    this.#ratios[this.#next] = ratio;
    this.#next = (this.#next + 1) % TRAIL_POINTS;
    this.#count = Math.min(this.#count + 1, TRAIL_POINTS);
  }

  get length(): number {
    return this.#count;
  }

  /** Oldest first. */
  list(): number[] {
    const first = (this.#next - this.#count + TRAIL_POINTS) % TRAIL_POINTS;
    return Array.from(
      { length: this.#count },
      (_, place) => this.#ratios[(first + place) % TRAIL_POINTS] ?? Number.NaN,
    );
  }
}
