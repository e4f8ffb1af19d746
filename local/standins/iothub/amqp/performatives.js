// @ts-check
/**
 * rhea leaves out the empty fields at the end of AMQP's lists, as the protocol allows. The Python
 * client reads performatives by position and fails on a short list, so every list this process
 * sends is filled up with nulls.
 */

import rhea from 'rhea';
import frames from 'rhea/lib/frames.js';
import terminus from 'rhea/lib/terminus.js';

const FIELDS = {
  open: 10, begin: 8, attach: 14, flow: 11, transfer: 11, disposition: 6, detach: 3, end: 1, close: 1,
};
const TERMINUS_FIELDS = { source: 11, target: 7 };

/** Change rhea for this process; before any connection is made. */
export function sendFullLists() {
  for (const [name, count] of Object.entries(FIELDS)) fillUp(frames, name, count);
  for (const [name, count] of Object.entries(TERMINUS_FIELDS)) fillUp(terminus, name, count);
}

/**
 * @param {Record<string, (fields?: object) => { value: unknown[] }>} creators
 * @param {string} name
 * @param {number} count
 */
function fillUp(creators, name, count) {
  const create = creators[name];
  creators[name] = (fields) => {
    const performative = create(fields);
    for (let i = 0; i < count; i++) performative.value[i] ??= rhea.types.wrap(null);
    return performative;
  };
}
