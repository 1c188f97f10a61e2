// The messages of one conversation in order of time, each once. Live messages, carbons, archive pages and our own
// echoes all come in here and are recognised by their ids. Pure state.

/** @typedef {'pending' | 'sent' | 'delivered' | 'read' | 'failed' | ''} Delivery */
/** @type {Delivery[]} */
const ORDER = ['failed', 'pending', 'sent', 'delivered', 'read'];
const EARLY_LIMIT = 500; // changes that wait for messages nobody may ever read back to
let lastKey = 0;

const blank = () => ({
  key: `m${(lastKey += 1)}`, id: '', ids: /** @type {string[]} */ ([]), mine: false, delivery: /** @type {Delivery} */ (''), error: '', corrected: false,
  encrypted: '', url: '', archiveId: '', markable: false, kind: /** @type {'text' | 'event'} */ ('text'), retracted: false, reason: '', kept: false,
  reactions: /** @type {Map<string, { from: string, emojis: string[], time: number }>} */ (new Map()),
  quote: /** @type {{ id: string, from: string, text: string } | null} */ (null),
});

/**
 * @typedef {ReturnType<typeof blank> & { from: string, author: string, body: string, time: number }} Message `from`: bare JID, or the occupant's
 *   JID in rooms; `author`: who may change it, the same or a room's lasting id for the person (XEP-0421); `key` is unique for the
 *   life of the page; `kept`: of an earlier visit, and there may be a gap behind it
 */

/** @param {Partial<Message> & { from: string, body: string, time: number }} message @returns {Message} */
export const makeMessage = (message) => ({ ...blank(), author: message.from, ...message });

/**
 * Where a message with the server's stamp stands. Many servers stamp whole seconds: what comes after another message of
 * that second then stays behind it.
 * @param {number} stamp @param {number} lastTime of the message it comes after
 */
export const afterStamp = (stamp, lastTime) => (stamp % 1000 === 0 ? Math.min(stamp + 999, Math.max(stamp, lastTime)) : stamp);

export class MessageLog {
  /**
   * Oldest first.
   * @type {Message[]}
   */
  messages = [];
  /** @type {Map<string, Message>} */
  #byId = new Map();
  /** @type {Set<string>} */
  #voices = new Set();
  /**
   * What came before the message it is about.
   * @type {Map<string, ((message: Message) => void)[]>}
   */
  #early = new Map();

  /** @param {string} id one of `ids` */
  find(id) {
    return this.#byId.get(id) ?? null;
  }

  get last() {
    return this.messages[this.messages.length - 1] ?? null;
  }

  /**
   * @param {Message} message
   * @param {boolean} [earlier] comes from an older page: stands before those of the same time, since many archives
   *   know whole seconds only
   * @returns {{ message: Message, added: boolean }} the known one when it was here already
   */
  add(message, earlier = false) {
    const known = message.ids.map((id) => this.#byId.get(id)).find(Boolean);
    if (known) {
      this.#merge(known, message);
      return { message: known, added: false };
    }
    for (const id of message.ids) this.#byId.set(id, message);
    this.#voices.add(message.author);
    this.messages.splice(this.#placeFor(message.time, earlier), 0, message);
    this.#catchUp(message);
    return { message, added: true };
  }

  /** @param {Message} message @param {number} time */
  move(message, time) {
    this.messages.splice(this.messages.indexOf(message), 1);
    message.time = time;
    this.messages.splice(this.#placeFor(time, false), 0, message);
  }

  /** @param {Message} message */
  remove(message) {
    const at = this.messages.indexOf(message);
    if (at >= 0) this.messages.splice(at, 1);
    for (const id of message.ids) this.#byId.delete(id);
  }

  /** @param {string[]} ids any of them, in the form of `ids` @param {(message: Message) => void} act */
  whenThere(ids, act) {
    const message = ids.map((id) => this.#byId.get(id)).find(Boolean);
    if (message) act(message);
    else if (this.#early.size < EARLY_LIMIT) for (const id of ids) this.#early.set(id, [...(this.#early.get(id) ?? []), act]);
  }

  /**
   * XEP-0308: only who wrote a message may correct it.
   * @param {string} id the id the correction names, in the form of `ids` @param {string} author @param {string} body
   */
  correct(id, author, body) {
    const message = this.#byId.get(id);
    if (!message || message.author !== author || message.retracted) return null;
    message.body = body;
    message.corrected = true;
    return message;
  }

  /**
   * Nobody may correct or take back what that author said from now on.
   * @param {string} author
   */
  disown(author) {
    for (const message of this.#voices.has(author) ? this.messages : []) if (message.author === author) message.author = '';
    this.#voices.delete(author);
  }

  /**
   * A delivery state only ever moves forward; failure takes all but what was delivered.
   * @param {Message} message @param {Delivery} delivery
   */
  deliver(message, delivery) {
    const from = ORDER.indexOf(message.delivery);
    const to = ORDER.indexOf(delivery);
    const stale = delivery === 'failed' ? from > ORDER.indexOf('sent') : to <= from && message.delivery !== 'failed';
    if (!message.mine || stale) return false;
    message.delivery = delivery;
    return true;
  }

  /**
   * Everything of ours up to that one was read, too (XEP-0333 section 4.1).
   * @param {Message} message
   */
  readUpTo(message) {
    const changed = [];
    for (let i = this.messages.indexOf(message); i >= 0; i -= 1) {
      const one = this.messages[i];
      if (!one.mine || one.delivery === 'failed') continue;
      if (!this.deliver(one, 'read')) break;
      changed.push(one);
    }
    return changed;
  }

  /**
   * Lets go of the oldest when there are many; the archive still has them.
   * @param {number} most @returns {number} how many went
   */
  trim(most) {
    const over = this.messages.length - most;
    if (over < most / 10) return 0; // seldom, and then many
    for (const { ids } of this.messages.splice(0, over)) for (const id of ids) this.#byId.delete(id);
    return over;
  }

  /** Drops what an earlier visit left: nobody knows what was said since. */
  dropKept() {
    const kept = this.messages.filter((message) => message.kept);
    for (const message of kept) this.remove(message);
    return kept.length > 0;
  }

  /** @param {Message} known @param {Message} again */
  #merge(known, again) {
    known.ids = [...new Set([...known.ids, ...again.ids])];
    for (const id of known.ids) this.#byId.set(id, known);
    known.archiveId ||= again.archiveId;
    known.kept &&= again.kept;
    // A room's lasting id for us is only known when our message comes back.
    if (known.author === known.from) known.author = again.author;
    if (known.mine && again.mine) this.deliver(known, 'sent');
    this.#catchUp(known);
  }

  /** @param {Message} message */
  #catchUp(message) {
    for (const id of this.#early.size > 0 ? message.ids : []) {
      for (const act of this.#early.get(id) ?? []) act(message);
      this.#early.delete(id);
    }
  }

  /**
   * After all messages that are not younger; an earlier one before those of its time.
   * @param {number} time @param {boolean} earlier
   */
  #placeFor(time, earlier) {
    let low = 0;
    let high = this.messages.length;
    if (!earlier && (high === 0 || this.messages[high - 1].time <= time)) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.messages[middle].time < time || (!earlier && this.messages[middle].time === time)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
