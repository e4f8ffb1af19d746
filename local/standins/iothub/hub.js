// @ts-check
/** The hub: what its MQTT, REST and AMQP sides share. */

import { join } from 'node:path';
import { Commands } from './state/commands.js';
import { DeviceFiles } from './state/device_files.js';
import { EventHub } from './state/event_hub.js';
import { Hosts } from '../../listening/hosts.js';
import { Roles } from './access/roles.js';
import { log } from './logging.js';
import { Methods } from './methods.js';
import { Presence } from './state/presence.js';
import { Registry, checkEtag } from './state/registry.js';
import { DeviceTelemetry } from './telemetry/telemetry.js';
import { changeTwin, reportTwin, withoutMetadata } from './state/twins.js';

/** @typedef {import('./mqtt/device_session.js').DeviceSession} DeviceSession */

export class Hub {
  /** @type {Map<string, DeviceSession>} of connected devices */
  sessions = new Map();
  presence = new Presence();
  methods = new Methods();
  log = log;

  /** @param {import('./flags.js').Flags} flags */
  constructor(flags) {
    this.hosts = new Hosts(flags.address);
    this.key = flags.key;
    /** @type {Roles | null} null where keys open the services */
    this.roles = flags.identities === '' ? null : new Roles(flags.identities, flags.eventHub);
    this.enrichments = flags.enrichments;
    this.registry = new Registry(new DeviceFiles(join(flags.state, 'devices')));
    this.eventHub = new EventHub(join(flags.state, 'events'), flags.eventHub);
    this.commands = new Commands(this.registry);
    this.commands.onQueued = (deviceId) => this.sessions.get(deviceId)?.sendCommand();
    this.registry.on('revoked', (deviceId) => {
      this.sessions.get(deviceId)?.close('its registration has changed');
      if (this.registry.find(deviceId) === undefined) this.presence.forget(deviceId);
    });
  }

  /** @param {string} deviceId */
  telemetryOf(deviceId) {
    const telemetry = new DeviceTelemetry(this.eventHub, this.enrichments, this.registry, deviceId);
    if (this.roles !== null) telemetry.findRefusal = () => this.roles?.findRouteRefusal() ?? null;
    return telemetry;
  }

  /** @param {DeviceSession} session */
  attach(session) {
    this.sessions.set(session.deviceId, session);
    this.presence.set(session.deviceId, true);
  }

  /** @param {DeviceSession} session */
  detach(session) {
    session.end();
    // The device may be back already, by another connection.
    if (this.sessions.get(session.deviceId) !== session) return;
    this.sessions.delete(session.deviceId);
    if (this.registry.find(session.deviceId)) this.presence.set(session.deviceId, false);
  }

  /**
   * A service changes tags or desired properties.
   *
   * @param {string} deviceId
   * @param {any} change
   * @param {'merge' | 'replace'} how
   * @param {string | undefined} ifMatch
   */
  changeTwin(deviceId, change, how, ifMatch) {
    const record = this.registry.get(deviceId);
    checkEtag(record.twin.etag, ifMatch);
    const before = record.twin.desired.version;
    record.twin = changeTwin(record.twin, change, how);
    this.registry.save(record);
    const { version, values } = record.twin.desired;
    if (version !== before) {
      const told = how === 'replace' ? values : withoutMetadata(change.properties.desired);
      this.sessions.get(deviceId)?.sendDesired(version, told);
    }
    return record;
  }

  /**
   * A device reports.
   *
   * @param {string} deviceId
   * @param {unknown} patch
   * @returns {number} the version of the reported properties
   */
  report(deviceId, patch) {
    const record = this.registry.get(deviceId);
    record.twin = reportTwin(record.twin, patch);
    this.registry.save(record);
    return record.twin.reported.version;
  }

  close() {
    this.eventHub.close();
  }
}
