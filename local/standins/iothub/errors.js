// @ts-check
/** What can be refused, with IoT Hub's own names and HTTP status. */

export class HubError extends Error {
  /**
   * @param {number} status HTTP
   * @param {string} code IoT Hub's name of the error
   * @param {string} message
   */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** @param {string} deviceId */
export const deviceNotFound = (deviceId) =>
  new HubError(404, 'DeviceNotFound', `Device ${deviceId} is not registered`);

/** @param {string} message */
export const badArgument = (message) => new HubError(400, 'ArgumentInvalid', message);

/** @param {string} operation */
export const notImplemented = (operation) =>
  new HubError(501, 'NotImplemented', `The local IoT Hub does not support: ${operation}`);

export const preconditionFailed = () =>
  new HubError(412, 'PreconditionFailed', 'The ETag given in If-Match is not the current one');

/**
 * An error of a direct method: IoT Hub puts a number and details into the message, as JSON.
 */
export class MethodError extends HubError {
  /**
   * @param {number} status
   * @param {number} errorCode
   * @param {string} message
   */
  constructor(status, errorCode, message) {
    super(status, String(errorCode), message);
    this.errorCode = errorCode;
  }
}
