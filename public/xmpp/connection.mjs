// One account's connection for the life of the page: logs in, resumes after every loss, keeps what was not
// acknowledged, and says in one state what is going on. Knows streams; knows no feature.

import { asFailure, Emitter, Failure } from '../core/base.mjs';
import { randomId } from '../core/bytes.mjs';
import { el } from './xml.mjs';
import { CSI, PING, SM } from './ns.mjs';
import { establish } from './session.mjs';
import { isStanza, StreamManagement } from './sm.mjs';

const FIRST_WAIT = 500;
const LONGEST_WAIT = 60_000;
const ACK_PAUSE = 50; // one request for all messages of a burst
const ANSWER_LIMIT = 8_000; // silence after a question means a dead path
const WAKE_LIMIT = 3_000; // the same where somebody waits for it, or where the network just changed
const NUDGE_PAUSE = 2_000;
const IDLE_LIMIT = 50_000; // below the 60 s after which many proxies cut
const DOUBT = 2_000; // without an answer, what was sent may not have arrived
const OFFLINE_LIMIT = 1_000; // stanzas written while there is no session

/**
 * Milliseconds to wait before attempt number `attempt` (0: the first after a loss). Each wait doubles, and only
 * its upper half is certain, so that thousands of pages do not return in the same instant.
 * @param {number} attempt @param {number} random in 0..<1
 */
export function backoff(attempt, random) {
  const ceiling = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(attempt, 16));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}

/**
 * Whether to try again by itself, and when. Without a network only its return (or a rare look) counts.
 * @param {{ retry: boolean }} failure @param {{ attempt: number, random: number, networkUp: boolean }} state
 * @returns {number | null} null: give up, the person has to act
 */
export function nextAttempt(failure, { attempt, random, networkUp }) {
  if (!failure.retry) return null;
  return networkUp ? backoff(attempt, random) : LONGEST_WAIT;
}

/**
 * @typedef {{ name: 'idle' | 'connecting' | 'online' | 'waiting' | 'ended', failure: Failure | null, retryAt: number, networkUp: boolean }} State
 * @typedef {{
 *   account: Jid, credentials: { username: string, password?: string, keys?: ScramKeys | null },
 *   makeTransport: () => Transport, resource: string, lang: string, secure: boolean,
 *   storage: KeyValue, clock: Clock,
 * }} Options
 */

/** Events: state (State), ready ({ resumed, lost }), element (XmlElement), handled (XmlElement[]). */
export class Connection extends Emitter {
  /** @type {State} */
  state = { name: 'idle', failure: null, retryAt: 0, networkUp: true };
  #sm = new StreamManagement();
  /** @type {Transport | null} */
  #transport = null;
  /** @type {XmlElement[]} */
  #offline = [];
  /**
   * From sessions whose counters broke.
   * @type {XmlElement[]}
   */
  #strayed = [];
  #attempt = 0;
  #active = true;
  #csi = false;
  #cancelRetry = () => {};
  #cancelAck = () => {};
  #cancelWatch = () => {};
  #cancelIdle = () => {};
  #ackPlanned = false;
  #watching = false;
  /** When the question was asked that has no answer yet. */
  #askedAt = Infinity;
  #lostAt = 0;

  /** @param {Options} options */
  constructor(options) {
    super();
    this.options = options;
    this.jid = options.account;
  }

  get online() {
    return this.state.name === 'online';
  }

  /** Whether something said waits for the way back to the server, and would be lost with the page. */
  get owes() {
    const { name, failure } = this.state;
    // A path that has not answered for long may be a dead one.
    const doubtful = name === 'online' ? this.options.clock.now() - this.#askedAt > DOUBT : name !== 'ended' || failure !== null;
    return doubtful && [...this.#sm.waiting, ...this.#strayed, ...this.#offline].some((stanza) => stanza.name === 'message' && stanza.child('body') !== null);
  }

  /**
   * The first login. Throws the Failure to show; the connection is of no use then.
   * @param {boolean} [patient] what may pass is no failure, and tried again
   */
  async start(patient = false) {
    await this.#connect();
    const { name, failure } = this.state;
    if (name !== 'online' && !(patient && name === 'waiting')) {
      this.#end(failure);
      throw failure ?? new Failure('connection-lost');
    }
  }

  stop() {
    const transport = this.#transport;
    this.#settle();
    this.#end(null);
    transport?.close();
  }

  /** What we have must not come again with the next session. */
  #settle() {
    if (this.online && this.#sm.active) this.#transport?.send(this.#sm.answer());
  }

  /** The page goes away for good: says goodbye, or contacts would see us there until the server stops waiting for us. */
  leave() {
    this.#settle();
    this.#transport?.leave?.();
  }

  /**
   * Goes on under other credentials, with the same session where it can be resumed.
   * @param {Options['credentials']} credentials
   */
  async renew(credentials) {
    this.options.credentials = credentials;
    const transport = this.#transport;
    this.#stopTimers();
    this.#transport = null;
    transport?.abort();
    await this.#connect();
  }

  /** @param {XmlElement} stanza */
  send(stanza) {
    // After an end that the person can undo, what they write meanwhile goes out with the next session.
    if (this.state.name === 'ended' && !this.state.failure) return;
    if (!this.online) {
      if (this.#offline.length < OFFLINE_LIMIT) this.#offline.push(stanza);
      return;
    }
    if (this.#sm.active) this.#sm.sent(stanza);
    this.#transport?.send(stanza);
    if (this.#sm.active) this.#planAck();
    else this.emit('handled', [stanza]);
  }

  /**
   * Whether somebody looks at the page; the server may hold back what is not urgent (XEP-0352).
   * @param {boolean} active
   */
  setActive(active) {
    if (active === this.#active) return;
    this.#active = active;
    this.#tellActivity();
    if (active) this.wake();
  }

  /** The page became visible or the network came back: find out now whether the connection lives. */
  wake() {
    if (this.state.name === 'waiting') this.retryNow();
    else if (this.online) this.#probe(WAKE_LIMIT);
  }

  /** Somebody does something on the page while it waits: a good moment for another attempt, unless one was just made. */
  nudge() {
    if (this.state.name === 'waiting' && this.options.clock.now() - this.#lostAt >= NUDGE_PAUSE) this.retryNow();
  }

  /** @param {boolean} up */
  setNetwork(up) {
    if (up === this.state.networkUp) return;
    this.#set({ networkUp: up });
    if (up) this.wake();
    else if (this.online) this.#transport?.abort();
  }

  retryNow() {
    if (this.state.name !== 'waiting') return;
    this.#cancelRetry();
    void this.#connect();
  }

  /** Goes on after an end that the person can undo, such as a session taken over elsewhere. */
  again() {
    if (this.state.name !== 'ended') return;
    this.#attempt = 0;
    void this.#connect();
  }

  /** @param {Partial<State>} change */
  #set(change) {
    this.state = { ...this.state, ...change };
    this.emit('state', this.state);
  }

  async #connect() {
    this.#set({ name: 'connecting', retryAt: 0 });
    const { options } = this;
    const transport = options.makeTransport();
    this.#transport = transport;
    try {
      const established = await establish({ ...options, transport, sm: this.#sm, resource: this.jid.resource || options.resource });
      if (this.#transport !== transport) return;
      this.#established(transport, established);
    } catch (error) {
      if (this.#transport === transport) {
        this.#transport = null;
        transport.close();
        this.#lost(asFailure(error));
      }
    }
  }

  /** @param {Transport} transport @param {Established} established */
  #established(transport, { jid, resumed, handled, again, lost, keys, features, reader }) {
    const { credentials } = this.options;
    // From here on the salted key logs in again; the password is not kept.
    if (keys) this.options.credentials = { username: credentials.username, keys };
    if (!resumed) this.jid = jid;
    this.#attempt = 0;
    this.#csi = features.child('csi', CSI) !== null;
    transport.on('close', ({ failure }) => this.#closed(transport, failure));
    transport.on('better', () => this.#move(transport));
    for (const stanza of again) transport.send(stanza);
    this.#set({ name: 'online', failure: null });
    if (!this.#active) this.#tellActivity();
    const offline = this.#offline.splice(0);
    if (resumed) for (const stanza of offline) this.send(stanza);
    if (handled.length > 0) this.emit('handled', handled);
    this.emit('ready', { resumed, lost: resumed ? [] : [...this.#strayed.splice(0), ...lost], unsent: resumed ? [] : offline, features });
    this.#heard();
    reader.handOff((element) => this.#receive(element));
    if (again.length > 0) this.#planAck();
  }

  /** @param {XmlElement} element */
  #receive(element) {
    this.#heard();
    try {
      if (isStanza(element)) {
        this.#sm.received();
        this.emit('element', element);
      } else if (element.is('r', SM)) {
        this.#transport?.send(this.#sm.answer());
      } else if (element.is('a', SM)) {
        const handled = this.#sm.acknowledged(element.attrs.h);
        if (handled.length > 0) this.emit('handled', handled);
      }
    } catch (error) {
      const transport = this.#transport;
      this.#transport = null;
      transport?.close();
      this.#strayed.push(...this.#sm.failed(null).lost);
      this.#lost(asFailure(error));
    }
  }

  /** @param {Transport} transport */
  #move(transport) {
    if (this.#transport !== transport || !this.online || !this.#sm.resumable) return;
    this.#stopTimers();
    this.#transport = null;
    transport.abort();
    void this.#connect();
  }

  /** @param {Transport} transport @param {Failure | null} failure */
  #closed(transport, failure) {
    if (this.#transport !== transport) return;
    this.#transport = null;
    this.#lost(failure ?? new Failure('connection-lost', { retry: true }));
  }

  /** @param {Failure} failure */
  #lost(failure) {
    this.#stopTimers();
    const { clock } = this.options;
    const { networkUp } = this.state;
    const delay = nextAttempt(failure, { attempt: this.#attempt, random: clock.random(), networkUp });
    this.#attempt += 1;
    this.#lostAt = clock.now();
    if (delay === null) {
      this.#end(failure);
      return;
    }
    this.#set({ name: 'waiting', failure, retryAt: clock.now() + delay });
    this.#cancelRetry = clock.after(delay, () => this.retryNow());
  }

  /** @param {Failure | null} failure */
  #end(failure) {
    this.#stopTimers();
    this.#transport = null;
    if (this.state.name !== 'ended') this.#set({ name: 'ended', failure, retryAt: 0 });
  }

  #stopTimers() {
    this.#cancelRetry();
    this.#cancelAck();
    this.#cancelWatch();
    this.#cancelIdle();
    this.#ackPlanned = false;
    this.#watching = false;
    this.#askedAt = Infinity;
  }

  /** Whatever comes in proves that the path lives. */
  #heard() {
    this.#cancelWatch();
    this.#watching = false;
    this.#askedAt = Infinity;
    this.#cancelIdle();
    this.#cancelIdle = this.options.clock.after(IDLE_LIMIT, () => this.#probe());
  }

  #planAck() {
    if (this.#ackPlanned) return;
    this.#ackPlanned = true;
    this.#cancelAck = this.options.clock.after(ACK_PAUSE, () => {
      this.#ackPlanned = false;
      this.#probe();
    });
  }

  /**
   * Asks for a sign of life, and drops the connection when none comes.
   * @param {number} [limit]
   */
  #probe(limit = ANSWER_LIMIT) {
    const ping = () => el('iq', { type: 'get', id: `ping-${randomId(6)}`, to: this.jid.domain }, el('ping', { xmlns: PING }));
    this.#transport?.send(this.#sm.active ? this.#sm.request() : ping());
    const { clock } = this.options;
    if (this.#watching && limit === ANSWER_LIMIT) return;
    if (!this.#watching) this.#askedAt = clock.now();
    this.#watching = true;
    this.#cancelWatch();
    this.#cancelWatch = clock.after(limit, () => this.#transport?.abort());
  }

  #tellActivity() {
    if (this.online && this.#csi) this.#transport?.send(el(this.#active ? 'active' : 'inactive', { xmlns: CSI }));
  }
}
