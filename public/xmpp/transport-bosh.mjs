// XMPP over long-polling HTTP (XEP-0124 and XEP-0206), for where WebSockets do not get through: it remembers that for a while,
// across page loads, and meanwhile tries the WebSocket again beside it. Knows request numbers, the window, the order of answers,
// and repeats; knows no login and no stanza.

import { Emitter, Failure } from '../core/base.mjs';
import { streamFailure } from './errors.mjs';
import { HTTPBIND, STREAM, XBOSH } from './ns.mjs';
import { blocked, BLOCKED_KEY, LONGEST_MEMORY, openWithin, SOCKET_LIMIT, WebSocketTransport } from './transport-ws.mjs';
import { el, parse, serialize } from './xml.mjs';

const CONNECT_LIMIT = 10_000;
const GOODBYE_LIMIT = 3_000;
const WAIT = 60; // seconds; what the server makes of it holds
const ANSWER_SLACK = 5_000; // more than `wait` without an answer: the connection is dead
const OVERTAKEN_LIMIT = 2_000; // answers go out in order (section 14.2): once a later one is here, an earlier one was lost
const BODY_LIMIT = 64 << 10; // characters of payload in one request, unless a single element is longer
const RESTART = Symbol('restart');

/** Terminal conditions (section 17.2) that say more than that the session is over. */
const CONDITIONS = new Map([
  ['bad-request', { code: 'bad-protocol', retry: true }],
  ['host-gone', { code: 'host-gone', retry: false }],
  ['host-unknown', { code: 'host-unknown', retry: false }],
  ['improper-addressing', { code: 'host-unknown', retry: false }],
  ['internal-server-error', { code: 'internal-server-error', retry: true }],
  ['policy-violation', { code: 'policy-violation', retry: false }],
  ['remote-connection-failed', { code: 'remote-connection-failed', retry: true }],
  ['remote-stream-error', { code: 'stream-error', retry: true }],
  ['see-other-uri', { code: 'stream-error', retry: false }],
  ['system-shutdown', { code: 'system-shutdown', retry: true }],
]);

/** @param {string | undefined} text @param {number} fallback */
const number = (text, fallback) => (text !== undefined && /^[0-9]{1,5}$/.test(text) ? Number(text) : fallback);

/** A Transport (session.mjs). */
export class BoshTransport extends Emitter {
  /** @type {StreamTarget} */
  #target = { to: '' };
  #sid = '';
  #rid = firstRid();
  /** What the server granted (section 7.2); `polling` is 0 unless it holds nothing. */
  #terms = { window: 1, limit: CONNECT_LIMIT, endurance: 0, polling: 0 };
  /** @type {(XmlElement | typeof RESTART)[]} */
  #queue = [];
  /**
   * Sent and not yet done with, in the order of their numbers.
   * @type {Exchange[]}
   */
  #exchanges = [];
  #planned = false;
  #cancelPoll = () => {};
  #cancelOvertaken = () => {};
  #saidGoodbye = false;
  #over = false;
  /** @type {Failure | null} */
  #failure = null;

  /** @param {string} url http: or https: @param {import('./transport-bosh.mjs').Host & { beacon?: (url: string, body: string) => boolean }} host */
  constructor(url, host) {
    super();
    this.url = url;
    this.host = host;
  }

  /** @param {StreamTarget} target */
  open(target) {
    this.#target = target;
    openWithin(this, this.host.clock, CONNECT_LIMIT, (failure) => this.#finish(failure));
    const { to, lang } = target;
    this.#exchange({ to, 'xml:lang': lang, wait: WAIT, hold: 1, ver: '1.11', 'xmpp:version': '1.0', 'xmlns:xmpp': XBOSH });
  }

  restart() {
    this.#put(RESTART);
  }

  /** @param {XmlElement} element */
  send(element) {
    this.#put(element);
  }

  close() {
    if (this.#over || this.#saidGoodbye) return;
    if (!this.#sid) {
      this.abort();
      return;
    }
    this.#saidGoodbye = true;
    // One request more than the window is allowed for this (section 11).
    this.#exchange({ type: 'terminate' }, this.#rest());
    this.host.clock.after(GOODBYE_LIMIT, () => this.#finish(this.#failure));
  }

  abort() {
    this.#finish(this.#failure ?? new Failure('connection-lost', { retry: true }));
  }

  /**
   * The page goes away: says goodbye in the one way that outlives it. The browser ends all other requests, and some may not
   * have left yet; the goodbye's turn only comes after them, so they go again the same way (sections 14.1 and 14.3).
   */
  leave() {
    if (this.#over || this.#saidGoodbye || !this.#sid) return;
    this.#saidGoodbye = true;
    const say = (/** @type {string} */ body) => this.host.beacon?.(this.url, body) ?? true;
    const unanswered = this.#exchanges.filter(({ answer }) => !answer);
    // These first: a browser lets a page that is out of sight have few requests at once, and forgets those that queue.
    for (const exchange of unanswered) exchange.stop();
    for (const { order } of unanswered) say(order.body);
    // Browsers take 64 KiB of this at most: rather a goodbye without the last words than none.
    const rest = this.#rest();
    for (let count = rest.length; !say(this.#body(this.#rid, { type: 'terminate' }, rest.slice(0, count))) && count > 0;) count >>= 1;
    this.abort();
  }

  /** @param {XmlElement | typeof RESTART} item */
  #put(item) {
    if (this.#over || this.#saidGoodbye) return;
    this.#queue.push(item);
    this.#plan();
  }

  /** What is still to be said when nothing more will be. */
  #rest() {
    return /** @type {XmlElement[]} */ (this.#queue.splice(0).filter((item) => item !== RESTART));
  }

  /** All that is written in one go leaves in one request. */
  #plan() {
    if (this.#planned) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      this.#flush();
    });
  }

  #flush() {
    if (this.#over || this.#saidGoodbye || !this.#sid) return;
    while (this.#queue.length > 0 && this.#exchanges.length < this.#terms.window) {
      if (this.#queue[0] === RESTART) {
        this.#queue.shift();
        const { to, lang } = this.#target;
        this.#exchange({ to, 'xml:lang': lang, 'xmpp:restart': 'true', 'xmlns:xmpp': XBOSH });
      } else {
        this.#exchange({}, this.#batch());
      }
    }
    // The server can only speak in an answer: one request always waits for it.
    this.#cancelPoll();
    if (this.#exchanges.length > 0) return;
    if (this.#terms.polling === 0) this.#exchange({});
    else this.#cancelPoll = this.host.clock.after(this.#terms.polling, () => this.#exchange({}));
  }

  #batch() {
    /** @type {XmlElement[]} */
    const batch = [];
    for (let size = 0; this.#queue.length > 0; ) {
      const next = this.#queue[0];
      if (next === RESTART) break;
      size += serialize(next).length;
      if (batch.length > 0 && size > BODY_LIMIT) break;
      batch.push(next);
      this.#queue.shift();
    }
    return batch;
  }

  /** @param {number} rid @param {Record<string, string | number | undefined>} attributes @param {XmlElement[]} payload */
  #body(rid, attributes, payload) {
    return serialize(el('body', { xmlns: HTTPBIND, rid, sid: this.#sid || undefined, ...attributes }, payload));
  }

  /** @param {Record<string, string | number | undefined>} attributes @param {XmlElement[]} [payload] */
  #exchange(attributes, payload = []) {
    const { limit, endurance } = this.#terms;
    const rid = this.#rid++;
    const exchange = new Exchange({
      rid, body: this.#body(rid, attributes, payload), url: this.url, host: this.host, limit, endurance,
      answered: (one) => this.#answered(one),
      recoverable: (one) => this.#earlier(one).forEach((earlier) => earlier.repeat()),
      failed: (failure) => this.#finish(this.#sid ? failure : new Failure('connect-failed', { detail: failure.detail, retry: true })),
    });
    this.#exchanges.push(exchange);
    exchange.start();
  }

  /** @param {Exchange} exchange */
  #earlier(exchange) {
    return this.#exchanges.filter(({ rid, answer }) => rid < exchange.rid && !answer);
  }

  /** @param {Exchange} exchange */
  #answered(exchange) {
    const waitFor = this.#earlier(exchange);
    if (waitFor.length > 0) {
      this.#cancelOvertaken();
      this.#cancelOvertaken = this.host.clock.after(OVERTAKEN_LIMIT, () => waitFor.forEach((one) => one.repeat()));
    }
    while (!this.#over && this.#exchanges[0]?.answer) {
      const answer = this.#exchanges[0].answer;
      this.#exchanges.shift();
      this.#receive(answer);
    }
    this.#plan();
  }

  /** @param {XmlElement} body */
  #receive(body) {
    if (!this.#sid && body.attrs.type !== 'terminate') this.#begin(body);
    for (const element of body.children) {
      if (this.#over || typeof element === 'string' || element.ns === HTTPBIND) continue;
      if (element.is('error', STREAM)) this.#failure = streamFailure(element);
      else this.emit('element', element);
    }
    if (body.attrs.type === 'terminate') this.#finish(this.#failure ?? terminal(body, this.#sid !== '', this.#saidGoodbye));
  }

  /** @param {XmlElement} body the answer to the first request (section 7.2) */
  #begin({ attrs }) {
    if (!attrs.sid) {
      this.#finish(new Failure('bad-protocol', { detail: 'no sid', retry: true }));
      return;
    }
    const wait = number(attrs.wait, WAIT);
    const hold = number(attrs.hold, 1);
    const polling = wait === 0 || hold === 0;
    this.#sid = attrs.sid;
    this.#terms = {
      window: Math.max(1, Math.min(number(attrs.requests, hold + 1), 2)),
      limit: wait * 1000 + ANSWER_SLACK,
      // The server forgets a session that is silent for so long (section 10).
      endurance: number(attrs.inactivity, WAIT) * 1000,
      polling: polling ? Math.max(1, number(attrs.polling, 5)) * 1000 : 0,
    };
    this.emit('open', { from: attrs.from, id: attrs.authid, version: attrs[`{${XBOSH}}version`], 'xml:lang': attrs['xml:lang'] });
  }

  /** @param {Failure | null} failure */
  #finish(failure) {
    if (this.#over) return;
    this.#over = true;
    this.#cancelPoll();
    this.#cancelOvertaken();
    for (const exchange of this.#exchanges.splice(0)) exchange.stop();
    this.emit('close', { failure });
  }
}

/** A number nobody can guess, and with room to count up to 2^53 - 1 (section 14.1). */
function firstRid() {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 12) * 2 ** 32 + low + 1;
}

/** @param {XmlElement} body @param {boolean} began @param {boolean} saidGoodbye */
function terminal({ attrs }, began, saidGoodbye) {
  const { condition = '' } = attrs;
  if (!condition) return null;
  // Before there is a session the only rule we can have broken is how many there may be.
  if (!began && condition === 'policy-violation') return new Failure('resource-constraint', { detail: condition, retry: true });
  const known = CONDITIONS.get(condition);
  if (known) return new Failure(known.code, { detail: condition, retry: known.retry });
  return saidGoodbye ? null : new Failure('connection-lost', { detail: condition, retry: true });
}

const FIRST_WAIT = 250;
const LONGEST_WAIT = 8_000;
// What passes, among the answers that say the client did wrong: timeout, too early, too many.
const PASSING = new Set([408, 425, 429]);

/** @typedef {{ clock: Clock, fetch: typeof fetch }} Host */

class Exchange {
  /** @type {XmlElement | null} */
  answer = null;
  /** @type {AbortController | null} */
  #attempt = null;
  #cancelWait = () => {};
  #repeats = 0;
  #troubleSince = 0;

  /**
   * @param {{
   *   rid: number, body: string, url: string, host: Host,
   *   limit: number, endurance: number,
   *   answered: (exchange: Exchange) => void, recoverable: (exchange: Exchange) => void, failed: (failure: Failure) => void,
   * }} order limit: milliseconds after which an attempt counts as lost; endurance: how long to go on after the first loss;
   *   recoverable: the server asks for this request and all unanswered earlier ones again (XEP-0124 section 17.3)
   */
  constructor(order) {
    this.order = order;
    this.rid = order.rid;
  }

  start() {
    void this.#try();
  }

  repeat() {
    if (this.answer) return;
    this.stop();
    this.start();
  }

  stop() {
    this.#cancelWait();
    const attempt = this.#attempt;
    this.#attempt = null;
    attempt?.abort();
  }

  async #try() {
    const { host, limit } = this.order;
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#cancelWait = host.clock.after(limit, () => attempt.abort());
    const answer = await this.#post(attempt.signal).catch((error) => (error instanceof Failure ? error : null));
    if (this.#attempt !== attempt) return;
    this.#cancelWait();
    this.#attempt = null;
    if (answer instanceof Failure) {
      this.order.failed(answer);
    } else if (answer && answer.attrs.type !== 'error') {
      this.answer = answer;
      this.order.answered(this);
    } else if (this.#plan() && answer) {
      this.order.recoverable(this);
    }
  }

  /** @param {AbortSignal} signal @returns {Promise<XmlElement | null>} null: try again */
  async #post(signal) {
    const { url, body, host } = this.order;
    const response = await host.fetch(url, { method: 'POST', body, signal, cache: 'no-store', headers: { 'Content-Type': 'text/xml; charset=utf-8' } });
    if (response.status >= 500 || PASSING.has(response.status)) return null;
    // Also how old services end a session (XEP-0124 section 17.1); another session may work.
    if (!response.ok) throw new Failure('connection-lost', { detail: `HTTP ${response.status}`, retry: true });
    const text = await response.text();
    try {
      const answer = parse(text);
      if (answer.is('body', HTTPBIND)) return answer;
    } catch (error) {
      if (text.includes(HTTPBIND)) throw new Failure('bad-protocol', { detail: String(error), retry: true });
    }
    return null; // somebody on the way answered in the server's place, such as a hotel's login page
  }

  /** @returns {boolean} whether it goes on */
  #plan() {
    const { clock } = this.order.host;
    if (this.#repeats === 0) this.#troubleSince = clock.now();
    if (clock.now() - this.#troubleSince >= this.order.endurance) {
      this.order.failed(new Failure('connection-lost', { detail: 'no answer', retry: true }));
      return false;
    }
    const ceiling = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(this.#repeats, 16));
    this.#repeats += 1;
    this.#cancelWait = clock.after(ceiling * (0.5 + clock.random() / 2), () => this.start());
    return true;
  }
}

const FIRST_MEMORY = 60_000;

/** A Transport (session.mjs). */
export class BoshFallback extends BoshTransport {
  /** @type {StreamTarget} */
  #target = { to: '' };
  #cancel = () => {};
  #over = false;

  /**
   * @param {Endpoints} endpoints @param {import('./transport-ws.mjs').Host} host
   * @param {boolean} socketFailed whether it just did, so that BOSH is here for that alone
   */
  constructor(endpoints, host, socketFailed) {
    super(endpoints.bosh, host);
    this.socket = endpoints.websocket;
    this.all = host;
    if (!this.socket) return;
    this.on('open', () => {
      if (socketFailed) this.#remember();
      this.#lookLater();
    });
    this.on('close', () => {
      this.#over = true;
      this.#cancel();
    });
  }

  /** @param {StreamTarget} target */
  open(target) {
    this.#target = target;
    super.open(target);
  }

  /** Twice as long each time. */
  #remember() {
    const { storage, clock } = this.all;
    const times = Math.min(blocked(this.all).times + 1, 99);
    storage.setItem(BLOCKED_KEY, `${times} ${clock.now() + Math.min(LONGEST_MEMORY, FIRST_MEMORY * 2 ** (times - 1))}`);
  }

  #lookLater() {
    const { clock } = this.all;
    this.#cancel = clock.after(Math.max(FIRST_MEMORY, blocked(this.all).until - clock.now()), () => this.#look());
  }

  /** Only a stream that the server opened tells that a WebSocket gets through: some proxies let the handshake pass and no more. */
  #look() {
    const socket = new WebSocketTransport(this.socket, this.all, SOCKET_LIMIT);
    let works = false;
    this.#cancel = () => socket.abort();
    socket.on('open', () => {
      works = true;
      socket.close();
    });
    socket.on('close', () => {
      if (this.#over) return;
      if (works) {
        this.all.storage.removeItem(BLOCKED_KEY);
        this.emit('better');
      } else {
        this.#remember();
        this.#lookLater();
      }
    });
    socket.open(this.#target);
  }
}
