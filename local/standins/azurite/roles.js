// @ts-check
/** What a request to Azurite would do, and to what: in the words of roles. */

const ACCOUNTS = 'Microsoft.Storage/storageAccounts';
const BLOBS = `${ACCOUNTS}/blobServices/containers`;
const QUEUES = `${ACCOUNTS}/queueServices/queues`;
const TABLES = `${ACCOUNTS}/tableServices/tables`;

/** @typedef {{ action: string, resource: string }} Deed */
/** @typedef {'blob' | 'queue' | 'table'} Service */

/** @type {Record<string, string>} */
const VERBS = { GET: 'read', HEAD: 'read', DELETE: 'delete' };

/**
 * @param {Service} service
 * @param {string} method
 * @param {string} target the path and query of the request
 * @returns {Deed}
 */
export function findDeed(service, method, target) {
  const { pathname, searchParams } = new URL(target, 'http://azurite');
  const [account, place, ...rest] = pathname.slice(1).split('/').map(decodeURIComponent);
  const resource = `${ACCOUNTS}/${account}`;
  const verb = VERBS[method] ?? 'write';
  if (service === 'blob') return findBlobDeed(resource, place, rest.join('/'), verb, searchParams);
  if (service === 'queue') return findQueueDeed(resource, place, rest, method, searchParams);
  return { action: `${TABLES}/${isTableList(place) ? verb : `entities/${verb}`}`, resource };
}

/**
 * @param {string} account
 * @param {string | undefined} container
 * @param {string} blob
 * @param {string} verb
 * @param {URLSearchParams} query
 * @returns {Deed}
 */
function findBlobDeed(account, container, blob, verb, query) {
  if (!container) return { action: `${BLOBS}/read`, resource: account };
  const resource = `${account}/blobServices/default/containers/${container}`;
  const isList = blob === '' && query.get('comp') === 'list';
  const isBlobs = blob !== '' || isList;
  return { action: `${BLOBS}/${isBlobs ? 'blobs/' : ''}${verb}`, resource };
}

/**
 * @param {string} account
 * @param {string | undefined} queue
 * @param {string[]} rest
 * @param {string} method
 * @param {URLSearchParams} query
 * @returns {Deed}
 */
function findQueueDeed(account, queue, rest, method, query) {
  if (!queue) return { action: `${QUEUES}/read`, resource: account };
  const resource = `${account}/queueServices/default/queues/${queue}`;
  if (rest[0] !== 'messages') {
    return { action: `${QUEUES}/${VERBS[method] ?? 'write'}`, resource };
  }
  const isTaking = method === 'GET' && query.get('peekonly') !== 'true';
  const verb = isTaking ? 'process/action' : (VERBS[method] ?? 'write');
  return { action: `${QUEUES}/messages/${verb}`, resource };
}

/** @param {string | undefined} place */
const isTableList = (place) => place === undefined || /^Tables(\(|$)/.test(place);
