// @ts-check
/** The topics of IoT Hub's MQTT, and which of them a device may use. */

/**
 * @typedef {{ kind: 'telemetry', bag: string }
 *   | { kind: 'twin-get', requestId: string }
 *   | { kind: 'twin-report', requestId: string }
 *   | { kind: 'method-answer', requestId: string, status: number }} Publication
 */

export const TWIN_ANSWERS = '$iothub/twin/res/#';
export const DESIRED_CHANGES = '$iothub/twin/PATCH/properties/desired/#';
export const METHOD_CALLS = '$iothub/methods/POST/#';
/** @param {string} deviceId */
export const commandsTopic = (deviceId) => `devices/${deviceId}/messages/devicebound/#`;

const METHOD_ANSWER = /^\$iothub\/methods\/res\/(-?\d+)\/\?\$rid=([^&]+)/;
const TWIN_GET = /^\$iothub\/twin\/GET\/\?\$rid=([^&]+)/;
const TWIN_REPORT = /^\$iothub\/twin\/PATCH\/properties\/reported\/\?\$rid=([^&]+)/;

/**
 * @param {string} deviceId
 * @param {string} topic
 * @returns {Publication | null} null when the device may not publish there
 */
export function parsePublication(deviceId, topic) {
  const events = `devices/${deviceId}/messages/events`;
  if (topic.startsWith(events)) {
    const rest = topic.slice(events.length);
    return rest === '' || rest.startsWith('/') ? { kind: 'telemetry', bag: rest.slice(1) } : null;
  }
  let match = TWIN_GET.exec(topic);
  if (match !== null) return { kind: 'twin-get', requestId: match[1] };
  match = TWIN_REPORT.exec(topic);
  if (match !== null) return { kind: 'twin-report', requestId: match[1] };
  match = METHOD_ANSWER.exec(topic);
  if (match === null) return null;
  return { kind: 'method-answer', status: Number(match[1]), requestId: match[2] };
}

/**
 * @param {string} deviceId
 * @param {string} topic
 */
export function maySubscribe(deviceId, topic) {
  return [TWIN_ANSWERS, DESIRED_CHANGES, METHOD_CALLS, commandsTopic(deviceId)].includes(topic);
}
