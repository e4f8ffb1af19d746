// @ts-check
/** Why a device may not connect, with the return codes of MQTT 3.1.1. */

export const REJECTED_ID = 2;
export const BAD_CREDENTIALS = 4;
export const NOT_AUTHORIZED = 5;

/** Why a connection is refused; `returnCode` is MQTT's. */
export class RefusedError extends Error {
  /**
   * @param {number} returnCode
   * @param {string} message
   */
  constructor(returnCode, message) {
    super(message);
    this.returnCode = returnCode;
  }
}
