// @ts-check
/** Events that clients send, alone or in batches, into partitions. */

import rhea from 'rhea';

/** @typedef {import('../state/partition_log.js').PartitionLog} PartitionLog */

const BATCH = 0x80013700;
const PARTITION_KEY = 'x-opt-partition-key';

/**
 * Append what a delivery holds and settle it when all of that is in the log.
 *
 * @param {import('rhea').EventContext} context of rhea's `message`
 * @param {PartitionLog | null} fixed the partition that the link is for, null for any
 * @param {import('../state/event_hub.js').EventHub} eventHub
 */
export function receive(context, fixed, eventHub) {
  const { message, delivery } = context;
  if (message === undefined || delivery === undefined) return;
  const envelope = isBatch(delivery) ? rhea.message.decode(/** @type {any} */ (message)) : message;
  const events = isBatch(delivery) ? eventsOf(envelope) : [envelope];
  const log = fixed ?? partitionFor(envelope, eventHub);
  let left = events.length;
  for (const event of events) {
    log.append(
      (stamp) => encode(event, stamp),
      (error) => {
        left -= 1;
        if (error !== null) {
          delivery.reject({ condition: 'amqp:internal-error', description: error.message });
        } else if (left === 0) delivery.accept();
      },
    );
  }
}

/** @param {any} delivery */
const isBatch = (delivery) => delivery.format === BATCH;

/**
 * @param {any} envelope whose data sections are encoded messages
 * @returns {any[]}
 */
function eventsOf(envelope) {
  const { content, multiple } = envelope.body;
  return (multiple ? content : [content]).map(rhea.message.decode);
}

/**
 * @param {any} message
 * @param {import('../state/event_hub.js').EventHub} eventHub
 */
function partitionFor(message, eventHub) {
  const key = message.message_annotations?.[PARTITION_KEY];
  return key === undefined ? eventHub.anyPartition() : eventHub.partitionOf(String(key));
}

/**
 * @param {any} event
 * @param {import('../state/records.js').Stamp} stamp
 */
function encode(event, { sequenceNumber, offset, enqueuedMs }) {
  const annotations = {
    ...event.message_annotations,
    'x-opt-sequence-number': rhea.types.wrap_long(sequenceNumber),
    'x-opt-offset': String(offset),
    'x-opt-enqueued-time': rhea.types.wrap_timestamp(enqueuedMs),
  };
  return rhea.message.encode({ ...event, message_annotations: annotations });
}
