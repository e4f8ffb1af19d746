// @ts-check
/**
 * Who may read a partition: of the consumers with an epoch only the latest with the highest, and
 * as long as there is one, nobody without.
 */

import { AmqpError, stolen } from './errors.js';

/** @typedef {{ epoch: number | null, evict: (error: AmqpError) => void }} Reader */

const MOST_WITHOUT_EPOCH = 5; // as Event Hubs allows

export class Epochs {
  /** @type {Map<string, Set<Reader>>} by consumer group and partition */
  #readers = new Map();

  /**
   * @param {string} place
   * @param {Reader} reader
   * @returns {() => void} to be called when the reader has ended
   * @throws {AmqpError} when others are there before it
   */
  enter(place, reader) {
    const others = this.#readers.get(place) ?? new Set();
    if (reader.epoch === null) checkRoom(others);
    else takeOver(others, reader.epoch);
    // Those who were evicted have left, and the last of them has taken its set away.
    const readers = this.#readers.get(place) ?? new Set();
    this.#readers.set(place, readers.add(reader));
    return () => {
      readers.delete(reader);
      if (readers.size === 0) this.#readers.delete(place);
    };
  }
}

/** @param {Set<Reader>} readers */
function checkRoom(readers) {
  const [first] = readers;
  if (first !== undefined && first.epoch !== null) {
    throw stolen(`A consumer with epoch ${first.epoch} reads here; one without cannot.`);
  }
  if (readers.size >= MOST_WITHOUT_EPOCH) {
    throw new AmqpError(
      'amqp:resource-limit-exceeded',
      `${MOST_WITHOUT_EPOCH} consumers of one group may read a partition at a time.`,
    );
  }
}

/**
 * @param {Set<Reader>} readers
 * @param {number} epoch
 */
function takeOver(readers, epoch) {
  const higher = [...readers].find((other) => other.epoch !== null && other.epoch > epoch);
  if (higher !== undefined) {
    throw stolen(`A consumer with epoch ${higher.epoch} reads here.`);
  }
  for (const other of [...readers]) {
    other.evict(stolen(`A consumer with epoch ${epoch} has taken over.`));
  }
}
