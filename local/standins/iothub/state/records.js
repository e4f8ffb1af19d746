// @ts-check
/** How records lie in a partition's file, and reading them. */

import { readSync } from 'node:fs';
import { crc32 } from 'node:zlib';

const PREFIX_BYTES = 8; // length u32, CRC-32 u32
const STAMP_BYTES = 16; // sequence number u64, enqueued ms f64
export const HEADER_BYTES = PREFIX_BYTES + STAMP_BYTES;
export const MOST_MESSAGE_BYTES = 2 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;

/**
 * @typedef {object} Stamp what the partition gives an event
 * @property {number} sequenceNumber counts from 0
 * @property {number} offset byte position of its record
 * @property {number} enqueuedMs since the epoch
 */

/** @typedef {Stamp & { next: number, message: Buffer }} StoredRecord `next`: offset of the next */

/**
 * @param {Stamp} stamp
 * @param {Buffer} message
 */
export function header(stamp, message) {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES);
  bytes.writeUInt32BE(STAMP_BYTES + message.length, 0);
  bytes.writeBigUInt64BE(BigInt(stamp.sequenceNumber), PREFIX_BYTES);
  bytes.writeDoubleBE(stamp.enqueuedMs, PREFIX_BYTES + 8);
  bytes.writeUInt32BE(crc32(message, crc32(bytes.subarray(PREFIX_BYTES))), 4);
  return bytes;
}

/**
 * The whole records in a part of a file, up to the first that is torn or damaged.
 *
 * @param {number} fd
 * @param {number} from offset of a record
 * @param {number} end
 * @returns {Generator<StoredRecord>} messages are views of a buffer of their own chunk
 */
export function* scan(fd, from, end) {
  let offset = from;
  while (offset < end) {
    const chunk = readChunk(fd, offset, end);
    const before = offset;
    for (const record of recordsOf(chunk, offset)) {
      yield record;
      offset = record.next;
    }
    if (offset === before) return;
  }
}

/**
 * @param {Buffer} chunk
 * @param {number} base offset of the chunk's first byte
 * @returns {Generator<StoredRecord>}
 */
export function* recordsOf(chunk, base) {
  let at = 0;
  while (at + HEADER_BYTES <= chunk.length) {
    const next = at + PREFIX_BYTES + chunk.readUInt32BE(at);
    if (next > chunk.length || next < at + HEADER_BYTES) return;
    const body = chunk.subarray(at + PREFIX_BYTES, next);
    if (crc32(body) !== chunk.readUInt32BE(at + 4)) return;
    yield {
      sequenceNumber: Number(body.readBigUInt64BE(0)),
      enqueuedMs: body.readDoubleBE(8),
      offset: base + at,
      next: base + next,
      message: body.subarray(STAMP_BYTES),
    };
    at = next;
  }
}

/**
 * Bytes from *offset* on: a chunk's worth, or the one record there when that is longer.
 *
 * @param {number} fd
 * @param {number} offset
 * @param {number} end
 */
export function readChunk(fd, offset, end) {
  const chunk = readAt(fd, offset, Math.min(CHUNK_BYTES, end - offset));
  if (chunk.length < PREFIX_BYTES) return chunk;
  const bytes = PREFIX_BYTES + chunk.readUInt32BE(0);
  const most = Math.min(HEADER_BYTES + MOST_MESSAGE_BYTES, end - offset);
  const isLong = bytes > chunk.length && bytes <= most;
  return isLong ? readAt(fd, offset, bytes) : chunk;
}

/**
 * @param {number} fd
 * @param {number} offset
 * @param {number} length
 */
function readAt(fd, offset, length) {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(fd, buffer, filled, length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}
