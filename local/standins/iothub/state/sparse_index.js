// @ts-check
/** Where in a partition's file to begin looking: one entry for every 64 KiB of it. */

const SPACING_BYTES = 64 * 1024;

/** @typedef {import('./records.js').Stamp} Stamp */

export class SparseIndex {
  /** @type {Stamp[]} */
  #entries = [];

  /** @param {Stamp} stamp in the order of the file */
  add({ sequenceNumber, offset, enqueuedMs }) {
    const latest = this.#entries.at(-1);
    if (latest === undefined || offset - latest.offset >= SPACING_BYTES) {
      this.#entries.push({ sequenceNumber, offset, enqueuedMs });
    }
  }

  /**
   * Offset of a record before which every record is *before* too.
   *
   * @param {(stamp: Stamp) => boolean} isBefore true for a first part of the file, false after it
   */
  startOf(isBefore) {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.#entries[middle])) low = middle + 1;
      else high = middle;
    }
    return this.#entries[Math.max(0, low - 1)]?.offset ?? 0;
  }
}
