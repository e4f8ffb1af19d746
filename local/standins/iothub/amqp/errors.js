// @ts-check
/** AMQP conditions and what they say. */

/** Why a link is refused or a message rejected. */
export class AmqpError extends Error {
  /**
   * @param {string} condition
   * @param {string} description
   */
  constructor(condition, description) {
    super(description);
    this.condition = condition;
    this.description = description;
  }
}

/** @param {string} entity */
export const notFound = (entity) =>
  new AmqpError('amqp:not-found', `The messaging entity '${entity}' could not be found.`);

/** @param {string} operation */
export const notImplemented = (operation) =>
  new AmqpError('amqp:not-implemented', `The local Event Hubs does not support: ${operation}`);

/** @param {string} description */
export const unauthorized = (description) =>
  new AmqpError('amqp:unauthorized-access', description);

/** @param {string} description */
export const stolen = (description) => new AmqpError('amqp:link:stolen', description);

/**
 * @param {string} id
 * @param {number} count
 */
export const noSuchPartition = (id, count) =>
  new AmqpError(
    'com.microsoft:argument-out-of-range',
    `There is no partition '${id}': they are 0 to ${count - 1}.`,
  );
