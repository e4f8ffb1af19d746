// @ts-check
/** Roles in the place of keys: of services at the hub, of clients of the stream, of the hub itself. */

import {
  Access,
  ForbiddenError,
  UnknownCallerError,
  readBearer,
} from '../../../identities/access.js';
import { HubError } from '../errors.js';

const HUB = 'Microsoft.Devices/IotHubs/iot-tocsin';
const NAMESPACE = 'Microsoft.EventHub/namespaces/evhns-tocsin';
const OF_HUB = 'Microsoft.Devices/IotHubs/';
const OF_STREAM = 'Microsoft.EventHub/namespaces/eventhubs/';
// The identity by which the hub routes telemetry into the stream.
const ROUTER = 'id-hub';

export class Roles {
  /**
   * @param {string} folder of the identities
   * @param {string} eventHub
   */
  constructor(folder, eventHub) {
    this.hub = new Access(folder, 'https://iothubs.azure.net');
    this.stream = new Access(folder, 'https://eventhubs.azure.net');
    this.streamId = `${NAMESPACE}/eventhubs/${eventHub}`;
  }

  /**
   * @param {string | undefined} authorization the header
   * @param {string} action below `Microsoft.Devices/IotHubs/`
   * @throws {HubError} 401, 403
   */
  checkService(authorization, action) {
    try {
      this.hub.check(readBearer(authorization), OF_HUB + action, HUB);
    } catch (error) {
      if (error instanceof UnknownCallerError) {
        throw new HubError(401, 'IotHubUnauthorizedAccess', error.message);
      }
      if (!(error instanceof ForbiddenError)) throw error;
      throw new HubError(403, 'IotHubUnauthorizedAccess', error.message);
    }
  }

  /**
   * @param {string | undefined} token that a client of the stream has put
   * @param {'receive' | 'send'} verb
   * @returns {string | null} why it may not, null when it may
   */
  findStreamRefusal(token, verb) {
    if (token === undefined) return 'keys are off: put a token of an identity first';
    return findRefusal(() => this.stream.check(token, `${OF_STREAM}${verb}/action`, this.streamId));
  }

  /**
   * @param {string} token
   * @returns {string | null} why it is none for the stream, null when it is one
   */
  findTokenRefusal(token) {
    return findRefusal(() => this.stream.readCaller(token));
  }

  /** @returns {string | null} why the hub may not route into the stream, null when it may */
  findRouteRefusal() {
    return findRefusal(() => {
      this.stream.checkRole(ROUTER, `${OF_STREAM}send/action`, this.streamId);
    });
  }
}

/** @param {() => unknown} check */
function findRefusal(check) {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof UnknownCallerError || error instanceof ForbiddenError) {
      return error.message;
    }
    throw error;
  }
}
