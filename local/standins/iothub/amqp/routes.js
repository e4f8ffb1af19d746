// @ts-check
/** Addresses of links, as the Event Hubs clients write them. */

/**
 * @typedef {{ kind: 'cbs' } | { kind: 'management' }
 *   | { kind: 'read', eventHub: string, consumerGroup: string, partition: string }
 *   | { kind: 'send', eventHub: string, partition: string | null }} Address
 */

const READ = /^([^/]+)\/ConsumerGroups\/([^/]+)\/Partitions\/([^/]+)$/i;
const SEND = /^([^/]+)(?:\/Partitions\/([^/]+))?$/i;

/**
 * @param {string | undefined} text with or without `amqps://host/`
 * @returns {Address | null}
 */
export function parseAddress(text) {
  const path = (text ?? '').replace(/^amqps?:\/\/[^/]+/i, '').replace(/^\/|\/$/g, '');
  if (path === '$cbs') return { kind: 'cbs' };
  if (path === '$management') return { kind: 'management' };
  const read = READ.exec(path);
  if (read !== null) {
    const [, eventHub, consumerGroup, partition] = read;
    return { kind: 'read', eventHub, consumerGroup, partition };
  }
  const send = SEND.exec(path);
  return send && { kind: 'send', eventHub: send[1], partition: send[2] ?? null };
}
