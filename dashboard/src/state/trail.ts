/** The newest scores of a device against its threshold: a ring, so that hours cost no memory. */

export const TRAIL_POINTS = 120;

export class Trail {
  #ratios = new Float64Array(TRAIL_POINTS);
  #count = 0;
  #next = 0;

  /** Adds score / threshold; NaN is a gap. */
  add(ratio: number): void {
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
