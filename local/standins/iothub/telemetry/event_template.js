// @ts-check
/**
 * An event as AMQP bytes, but for what differs between the messages of one device.
 *
 * A device's messages mostly share their properties. Encoding those once, and only copying and
 * stamping for each message, is what lets the hub keep up with the device SDK on a small machine.
 */

import rhea from 'rhea';

/** @typedef {import('../state/records.js').Stamp} Stamp */

const types = /** @type {any} */ (rhea.types);
const PROPERTIES = /** @type {any} */ (rhea.message).properties;
const ANNOTATIONS_SECTION = [0x00, 0x53, 0x72, 0xd1];
const DATA_SECTION = [0x00, 0x53, 0x75, 0xb0];
const APPLICATION_PROPERTIES = 0x74;
const EIGHT_BYTES = 8;

export class EventTemplate {
  /** Where the sequence number and the enqueued times go, in the encoded annotations. */
  #sequenceAt;
  /** @type {number[]} */
  #enqueuedAt;
  /** @type {Buffer} the annotations up to the digits of the offset, which come last */
  #head;
  /** @type {Buffer} properties and the data section's constructor */
  #tail;

  /**
   * @param {Record<string, unknown>} properties of AMQP
   * @param {Record<string, string>} application properties
   * @param {Record<string, unknown>} annotations the same for every message
   */
  constructor(properties, application, annotations) {
    const writer = new types.Writer();
    const put = (/** @type {string} */ key, /** @type {any} */ value) => {
      writer.write(types.wrap_symbol(key));
      writer.write(types.wrap(value));
      return ANNOTATIONS_SECTION.length + EIGHT_BYTES + writer.position - EIGHT_BYTES;
    };
    for (const [key, value] of Object.entries(annotations)) put(key, value);
    this.#sequenceAt = put('x-opt-sequence-number', types.Long(0));
    this.#enqueuedAt = [
      put('x-opt-enqueued-time', types.Timestamp(0)),
      put('iothub-enqueuedtime', types.Timestamp(0)),
    ];
    put('x-opt-offset', '');
    const sizes = Buffer.alloc(EIGHT_BYTES);
    sizes.writeUInt32BE(2 * (Object.keys(annotations).length + 4), 4);
    this.#head = Buffer.concat([Buffer.from(ANNOTATIONS_SECTION), sizes, writer.toBuffer()]);
    this.#tail = Buffer.concat([sections(properties, application), Buffer.from(DATA_SECTION)]);
  }

  /**
   * @param {Buffer} body
   * @param {Stamp} stamp
   */
  encode(body, { sequenceNumber, offset, enqueuedMs }) {
    const digits = String(offset);
    const head = this.#head.length;
    const tail = head + digits.length;
    const data = tail + this.#tail.length + 4;
    const bytes = Buffer.allocUnsafe(data + body.length);
    this.#head.copy(bytes);
    // The map's size counts what follows it.
    bytes.writeUInt32BE(tail - ANNOTATIONS_SECTION.length - 4, ANNOTATIONS_SECTION.length);
    bytes.writeBigInt64BE(BigInt(sequenceNumber), this.#sequenceAt);
    for (const at of this.#enqueuedAt) bytes.writeBigInt64BE(BigInt(enqueuedMs), at);
    bytes[head - 1] = digits.length;
    bytes.write(digits, head, 'latin1');
    this.#tail.copy(bytes, tail);
    bytes.writeUInt32BE(body.length, data - 4);
    body.copy(bytes, data);
    return bytes;
  }
}

/**
 * @param {Record<string, unknown>} properties
 * @param {Record<string, string>} application
 * @returns {Buffer}
 */
function sections(properties, application) {
  const writer = new types.Writer();
  writer.write(PROPERTIES(properties).described());
  const map = types.wrap_map(application);
  writer.write(types.described(types.wrap_ulong(APPLICATION_PROPERTIES), map));
  return writer.toBuffer();
}
