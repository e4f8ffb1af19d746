// @ts-check
/** Request and response over links: `$cbs` for tokens, `$management` for facts. */

import rhea from 'rhea';

/** @typedef {import('../state/event_hub.js').EventHub} EventHub */
/** @typedef {{ status: number, description: string, body?: unknown }} Reply */

const { types } = rhea;

/**
 * Without roles any token is taken, as by Microsoft's own emulator.
 *
 * @param {any} request
 * @param {import('../access/roles.js').Roles | null} roles
 * @param {(token: string) => void} keep called with a token that is good
 * @returns {Reply}
 */
export function putToken(request, roles, keep) {
  const { operation } = request.application_properties ?? {};
  if (operation !== 'put-token') {
    return { status: 501, description: `$cbs does not support: ${operation}` };
  }
  if (roles !== null) {
    const token = String(request.body);
    const refusal = roles.findTokenRefusal(token);
    if (refusal !== null) return { status: 401, description: refusal };
    keep(token);
  }
  return { status: 202, description: 'Accepted' };
}

/**
 * @param {any} properties of the request
 * @param {EventHub} eventHub
 * @returns {Reply}
 */
export function manage({ operation, type, name, partition }, eventHub) {
  if (operation !== 'READ') {
    return { status: 501, description: `$management does not support: ${operation} ${type}` };
  }
  if (String(name).toLowerCase() !== eventHub.name.toLowerCase()) {
    return { status: 404, description: `The messaging entity '${name}' could not be found.` };
  }
  if (type === 'com.microsoft:eventhub') return ok(describeEventHub(eventHub));
  if (type !== 'com.microsoft:partition') {
    return { status: 501, description: `$management does not support: READ ${type}` };
  }
  const log = eventHub.partition(String(partition));
  if (log === undefined) return { status: 404, description: `There is no partition ${partition}` };
  return ok(describePartition(eventHub.name, String(partition), log));
}

/** @param {unknown} body */
const ok = (body) => ({ status: 200, description: 'OK', body });

/** @param {EventHub} eventHub */
function describeEventHub({ name, createdMs, partitions }) {
  return {
    name,
    type: 'com.microsoft:eventhub',
    created_at: types.wrap_timestamp(createdMs),
    partition_count: types.wrap_int(partitions.length),
    partition_ids: types.wrap_array(
      partitions.map((_, id) => String(id)),
      0xa1,
      undefined,
    ),
  };
}

/**
 * @param {string} name
 * @param {string} partition
 * @param {import('../state/partition_log.js').PartitionLog} log
 */
function describePartition(name, partition, { last }) {
  return {
    name,
    type: 'com.microsoft:partition',
    partition,
    begin_sequence_number: types.wrap_long(0),
    last_enqueued_sequence_number: types.wrap_long(last?.sequenceNumber ?? -1),
    last_enqueued_offset: String(last?.offset ?? -1),
    last_enqueued_time_utc: types.wrap_timestamp(last?.enqueuedMs ?? 0),
    is_partition_empty: last === null,
  };
}

/**
 * @param {any} request
 * @param {Reply} reply
 * @returns {any} the message that answers
 */
export function answer(request, { status, description, body }) {
  return {
    correlation_id: request.message_id,
    to: request.reply_to,
    application_properties: {
      'status-code': types.wrap_int(status),
      'status-description': description,
    },
    body: body ?? null,
  };
}
