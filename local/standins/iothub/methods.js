// @ts-check
/** Direct methods: a question to a connected device and its answer, within a time. */

import { randomUUID } from 'node:crypto';
import { badArgument, MethodError } from './errors.js';

/** @typedef {{ status: number, payload: unknown }} MethodAnswer */
/** @typedef {(name: string, requestId: string, payload: string) => boolean} Ask false: not connected */

const DEFAULT_S = 30;
const POLL_MS = 100;

export class Methods {
  /** @type {Map<string, { deviceId: string, answer: (answer: MethodAnswer) => void }>} */
  #asked = new Map();

  /**
   * @param {string} deviceId
   * @param {Record<string, any>} request `methodName`, `payload`, `responseTimeoutInSeconds`, …
   * @param {Ask} ask
   * @returns {Promise<MethodAnswer>}
   * @throws {MethodError} 404 when the device is not connected, 504 when it does not answer
   */
  async invoke(deviceId, request, ask) {
    const name = request.methodName;
    if (typeof name !== 'string' || name === '') throw badArgument('methodName is needed');
    const responseS = seconds('responseTimeoutInSeconds', request, 5, DEFAULT_S);
    const connectS = seconds('connectTimeoutInSeconds', request, 0, 0);
    const requestId = randomUUID();
    const payload = JSON.stringify(request.payload ?? null);
    await waitUntil(() => ask(name, requestId, payload), connectS);
    return this.#answerOf(deviceId, requestId, responseS);
  }

  /**
   * @param {string} deviceId who answers
   * @param {string} requestId
   * @param {MethodAnswer} answer
   */
  answer(deviceId, requestId, answer) {
    const asked = this.#asked.get(requestId);
    if (asked?.deviceId !== deviceId) return;
    this.#asked.delete(requestId);
    asked.answer(answer);
  }

  /**
   * @param {string} deviceId
   * @param {string} requestId
   * @param {number} withinS
   * @returns {Promise<MethodAnswer>}
   */
  #answerOf(deviceId, requestId, withinS) {
    return new Promise((resolve, reject) => {
      const clock = setTimeout(() => {
        this.#asked.delete(requestId);
        reject(new MethodError(504, 504101, 'Timed out waiting for the response from device.'));
      }, withinS * 1000);
      this.#asked.set(requestId, {
        deviceId,
        answer: (answer) => {
          clearTimeout(clock);
          resolve(answer);
        },
      });
    });
  }
}

/**
 * @param {() => boolean} isDone
 * @param {number} withinS
 */
async function waitUntil(isDone, withinS) {
  const deadline = Date.now() + withinS * 1000;
  while (!isDone()) {
    if (Date.now() >= deadline) {
      throw new MethodError(404, 404103, 'Timed out waiting for device to connect.');
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/**
 * @param {string} name
 * @param {Record<string, any>} request
 * @param {number} least
 * @param {number} otherwise
 */
function seconds(name, request, least, otherwise) {
  const value = request[name] ?? otherwise;
  if (!Number.isInteger(value) || value < least || value > 300) {
    throw badArgument(`${name} is a whole number of seconds from ${least} to 300`);
  }
  return value;
}
