// @ts-check
/** One consumer of one partition: sends as much as it gives credit for. */

/** @typedef {import('rhea').Sender} Sender */
/** @typedef {import('../state/partition_log.js').PartitionLog} PartitionLog */
/** @typedef {import('../state/records.js').StoredRecord} StoredRecord */

const BLOCKED_RETRY_MS = 5;
const RAW = 0; // message format of a message that is encoded already

export class ConsumerLink {
  /** @type {StoredRecord[]} read from the log, not yet sent */
  #ahead = [];
  #at = 0;
  #scheduled = false;
  #closed = false;

  /**
   * @param {Sender} sender
   * @param {PartitionLog} log
   * @param {number} offset of the first event to send
   * @param {() => string | null} findRefusal why the client may not read any more, null when it may
   */
  constructor(sender, log, offset, findRefusal) {
    this.sender = sender;
    this.log = log;
    this.offset = offset;
    this.findRefusal = findRefusal;
    this.wake = this.wake.bind(this);
    log.on('written', this.wake);
    sender.on('sender_flow', this.wake);
  }

  /** There may be something to send. */
  wake() {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setImmediate(() => this.#send());
  }

  #send() {
    this.#scheduled = false;
    if (this.#closed || !this.sender.is_open()) return;
    const refusal = this.findRefusal();
    if (refusal !== null) {
      this.end();
      this.sender.close({ condition: 'amqp:unauthorized-access', description: refusal });
      return;
    }
    const { outgoing } = /** @type {any} */ (this.sender.session);
    // rhea keeps what the session's window does not let out; more must not pile up behind it.
    if (outgoing.next_delivery_id > outgoing.next_pending_delivery) {
      setTimeout(this.wake, BLOCKED_RETRY_MS);
      return;
    }
    const socket = /** @type {any} */ (this.sender.connection).socket;
    socket.cork();
    const room = Math.min(/** @type {any} */ (this.sender).credit, outgoing.available());
    let sent = 0;
    for (; sent < room; sent++) {
      const record = this.#next();
      if (record === undefined) break;
      this.sender.send(record.message, undefined, RAW);
    }
    // rhea writes on the next tick, after which the frames go out in one piece.
    process.nextTick(() => socket.uncork());
    if (sent > 0) this.wake();
  }

  #next() {
    if (this.#at === this.#ahead.length) {
      this.#ahead = this.log.read(this.offset);
      this.#at = 0;
    }
    const record = this.#ahead[this.#at];
    if (record !== undefined) {
      this.#at += 1;
      this.offset = record.next;
    }
    return record;
  }

  /** The link has ended. */
  end() {
    this.#closed = true;
    this.log.off('written', this.wake);
  }
}
