// @ts-check
/** The Event-Hubs-compatible entity: four partitions, each a log on disk. */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PartitionLog } from './partition_log.js';

const PARTITIONS = 4;

export class EventHub {
  #turn = 0;

  /**
   * @param {string} folder
   * @param {string} name
   */
  constructor(folder, name) {
    mkdirSync(folder, { recursive: true });
    this.name = name;
    this.createdMs = creationTime(join(folder, 'created'));
    this.partitions = Array.from(
      { length: PARTITIONS },
      (_, id) => new PartitionLog(join(folder, `${id}.log`)),
    );
  }

  /** @param {string} id as clients write it, '0' to '3' */
  partition(id) {
    return /^\d$/.test(id) ? this.partitions[Number(id)] : undefined;
  }

  /** @param {string} key events of one key stay in one partition, today and after a restart */
  partitionOf(key) {
    return this.partitions[createHash('sha256').update(key).digest().readUInt32BE() % PARTITIONS];
  }

  /** A partition for an event without a key: each in its turn. */
  anyPartition() {
    this.#turn = (this.#turn + 1) % PARTITIONS;
    return this.partitions[this.#turn];
  }

  close() {
    for (const partition of this.partitions) partition.close();
  }
}

/** @param {string} path */
function creationTime(path) {
  if (!existsSync(path)) writeFileSync(path, String(Date.now()));
  return Number(readFileSync(path, 'utf8'));
}
