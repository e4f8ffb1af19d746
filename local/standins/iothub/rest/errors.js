// @ts-check
/** Errors as IoT Hub's REST answers them. */

import { randomUUID } from 'node:crypto';
import { HubError, MethodError } from '../errors.js';

/** @typedef {import('./routes.js').Answer} Answer */

/**
 * The shapes in which IoT Hub refuses.
 *
 * @param {HubError} error
 * @returns {Answer}
 */
export function describe(error) {
  const tracking = randomUUID().replaceAll('-', '').toUpperCase();
  const now = new Date().toISOString();
  const message = error instanceof MethodError
    ? JSON.stringify({
        errorCode: error.errorCode,
        trackingId: tracking,
        message: error.message,
        timestampUtc: now,
        info: null,
      })
    : `ErrorCode:${error.code};${error.message}`;
  return {
    status: error.status,
    headers: { 'iothub-errorcode': error.code },
    body: { Message: message, ExceptionMessage: `Tracking ID:${tracking}-TimeStamp:${now}` },
  };
}

/** @param {unknown} error */
export const asError = (error) => (error instanceof Error ? error : new Error(String(error)));

/** @param {Error} error */
export const internal = (error) => new HubError(500, 'ServerError', error.message);
