// @ts-check
/**
 * One partition: an append-only file of records.
 *
 * Appends of one turn of the event loop are written together and acknowledged after the write has
 * returned: what was acknowledged is with the operating system and survives the death of this
 * process.
 */

import { EventEmitter } from 'node:events';
import { closeSync, fstatSync, ftruncateSync, openSync, writevSync } from 'node:fs';
import { log } from '../logging.js';
import { header, HEADER_BYTES, MOST_MESSAGE_BYTES, readChunk, recordsOf, scan } from './records.js';
import { SparseIndex } from './sparse_index.js';

/** @typedef {import('./records.js').Stamp} Stamp */
/** @typedef {(error: Error | null) => void} Done */

/** Emits `written` when new records can be read. */
export class PartitionLog extends EventEmitter {
  /** Position after the last written record. */
  end = 0;
  /** @type {Stamp | null} of the last written event */
  last = null;
  #index = new SparseIndex();
  /** @type {number} */
  #fd;
  /** @type {{ stamp: Stamp, bytes: Buffer[], done: Done }[]} appended, not yet written */
  #waiting = [];
  /** @type {Stamp} of the next event to be appended */
  #next;

  /** @param {string} path of the file; made when missing, a torn tail cut off */
  constructor(path) {
    super();
    this.setMaxListeners(0); // one for each reader
    this.#fd = openSync(path, 'a+');
    this.#recover(path);
    this.#next = this.#afterLast();
  }

  /** @param {string} path */
  #recover(path) {
    const size = fstatSync(this.#fd).size;
    for (const record of scan(this.#fd, 0, size)) this.#wrote(record, record.next);
    if (this.end < size) {
      log(`${path}: cut off ${size - this.end} bytes of a torn record`);
      ftruncateSync(this.#fd, this.end);
    }
  }

  /**
   * @param {Stamp} stamp
   * @param {number} end
   */
  #wrote({ sequenceNumber, offset, enqueuedMs }, end) {
    this.last = { sequenceNumber, offset, enqueuedMs };
    this.#index.add(this.last);
    this.end = end;
  }

  #afterLast() {
    return {
      sequenceNumber: this.last === null ? 0 : this.last.sequenceNumber + 1,
      offset: this.end,
      enqueuedMs: this.last?.enqueuedMs ?? 0,
    };
  }

  /**
   * @param {(stamp: Stamp) => Buffer} encode makes the message's bytes
   * @param {Done} done called once it is written, in the order of appending, or at once when it
   *   is too large
   */
  append(encode, done) {
    // The clock may step back; enqueued times within a partition never do.
    this.#next.enqueuedMs = Math.max(this.#next.enqueuedMs, Date.now());
    const stamp = { ...this.#next };
    const message = encode(stamp);
    if (message.length > MOST_MESSAGE_BYTES) {
      done(new Error(`an event of ${message.length} bytes is over ${MOST_MESSAGE_BYTES}`));
      return;
    }
    const count = this.#waiting.push({ stamp, bytes: [header(stamp, message), message], done });
    this.#next.sequenceNumber += 1;
    this.#next.offset += HEADER_BYTES + message.length;
    if (count === 1) setImmediate(() => this.flush());
  }

  /** Write what was appended, and say so to those who wait for it. */
  flush() {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return;
    const error = this.#write(waiting.flatMap(({ bytes }) => bytes));
    if (error === null) {
      const ends = [...waiting.slice(1).map(({ stamp }) => stamp.offset), this.#next.offset];
      waiting.forEach(({ stamp }, i) => this.#wrote(stamp, ends[i]));
    } else {
      this.#next = this.#afterLast();
    }
    for (const { done } of waiting) done(error);
    if (error === null) this.emit('written');
  }

  /**
   * @param {Buffer[]} buffers
   * @returns {Error | null} when nothing of it was kept
   */
  #write(buffers) {
    try {
      const bytes = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
      let written = writevSync(this.#fd, buffers);
      if (written < bytes) {
        const rest = Buffer.concat(buffers);
        while (written < bytes) written += writevSync(this.#fd, [rest.subarray(written)]);
      }
      return null;
    } catch (error) {
      ftruncateSync(this.#fd, this.end);
      log(`cannot write to the log: ${error}`);
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /**
   * Offset of the first event that is not *before*, or the end.
   *
   * @param {(stamp: Stamp) => boolean} isBefore true for a first part of the log, false after it
   */
  find(isBefore) {
    for (const record of scan(this.#fd, this.#index.startOf(isBefore), this.end)) {
      if (!isBefore(record)) return record.offset;
    }
    return this.end;
  }

  /**
   * The next messages from *offset* on, as many as a chunk holds; none at the end.
   *
   * @param {number} offset of a record
   */
  read(offset) {
    if (offset >= this.end) return [];
    return [...recordsOf(readChunk(this.#fd, offset, this.end), offset)];
  }

  close() {
    this.flush();
    closeSync(this.#fd);
  }
}
