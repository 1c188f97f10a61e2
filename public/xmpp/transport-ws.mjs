// XMPP over WebSocket (RFC 7395), and the step to BOSH where that does not get through. Knows framing and the closing
// order; knows no login and no stanza. One module for both, because every login needs both at once.

import { Emitter, Failure, within } from '../core/base.mjs';
import { el, parse, serialize } from './xml.mjs';
import { FRAMING, STREAM } from './ns.mjs';
import { streamFailure } from './errors.mjs';

const CONNECT_LIMIT = 10_000;
const GOODBYE_LIMIT = 3_000; // RFC 7395 section 3.6: wait for the answer, but not for ever
// Some networks swallow WebSockets without a word. Nobody should wait for longer than this because of it.
export const SOCKET_LIMIT = 5_000;
// Only these say that the way is closed; all others come from somebody at its end.
const NO_WAY = new Set(['connect-failed', 'timeout']);
/** Storage: how often in a row WebSocket failed where BOSH worked, and until when (ms) that is taken as given. */
export const BLOCKED_KEY = 'edge.bosh';
export const LONGEST_MEMORY = 6 * 60 * 60 * 1000;

/** @typedef {{ websocket: string, bosh: string }} Endpoints empty: there is none */
/**
 * @typedef {{
 *   clock: Clock, WebSocket: typeof WebSocket, fetch: typeof fetch,
 *   storage: KeyValue, beacon?: (url: string, body: string) => boolean,
 * }} Host
 */

/**
 * Ends a transport that neither opens nor closes in time.
 * @param {Emitter} transport @param {Clock} clock @param {number} limit @param {(failure: Failure) => void} finish
 */
export function openWithin(transport, clock, limit, finish) {
  const done = new Promise((resolve) => ['open', 'close'].forEach((event) => transport.on(event, resolve)));
  within(clock, limit, done, () => new Failure('timeout', { retry: true })).catch(finish);
}

/** A Transport (session.mjs). */
export class WebSocketTransport extends Emitter {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {StreamTarget} */
  #target = { to: '' };
  #opened = false;
  #saidGoodbye = false;
  #over = false;
  /** @type {Failure | null} */
  #failure = null;

  /**
   * @param {string} url ws: or wss:
   * @param {{ clock: Clock, WebSocket: typeof WebSocket }} host
   * @param {number} [limit] milliseconds until the server's stream has to be open
   */
  constructor(url, host, limit = CONNECT_LIMIT) {
    super();
    this.limit = limit;
    this.url = url;
    this.host = host;
  }

  /** @param {StreamTarget} target */
  open(target) {
    this.#target = target;
    openWithin(this, this.host.clock, this.limit, (failure) => this.#finish(failure));
    try {
      this.#socket = new this.host.WebSocket(this.url, 'xmpp');
    } catch (error) {
      this.#finish(new Failure('connect-failed', { detail: String(error) }));
      return;
    }
    this.#socket.onopen = () => this.restart();
    this.#socket.onmessage = (event) => this.#receive(event.data);
    this.#socket.onclose = (event) => this.#finish(this.#failure ?? this.#closeReason(event));
  }

  restart() {
    const { to, lang } = this.#target;
    this.send(el('open', { xmlns: FRAMING, to, version: '1.0', 'xml:lang': lang }));
  }

  /** @param {XmlElement} element */
  send(element) {
    if (this.#socket?.readyState === 1 && !this.#saidGoodbye) this.#socket.send(serialize(element));
  }

  close() {
    if (this.#over || this.#saidGoodbye) return;
    if (this.#socket?.readyState !== 1) {
      this.abort();
      return;
    }
    this.send(el('close', { xmlns: FRAMING }));
    this.#saidGoodbye = true;
    this.host.clock.after(GOODBYE_LIMIT, () => this.#finish(this.#failure));
  }

  abort() {
    this.#finish(this.#failure ?? new Failure('connection-lost', { retry: true }));
  }

  /** What is said before the browser closes the socket still goes out. */
  leave() {
    this.close();
  }

  /** @param {unknown} data */
  #receive(data) {
    if (this.#over) return;
    try {
      if (typeof data !== 'string') throw new Failure('bad-protocol', { detail: 'binary message' });
      const element = parse(data);
      if (element.ns === FRAMING) this.#frame(element);
      else if (element.is('error', STREAM)) this.#failure = streamFailure(element);
      else this.emit('element', element);
    } catch (error) {
      this.#failure = error instanceof Failure ? error : new Failure('bad-protocol', { detail: String(error), retry: true });
      this.close();
    }
  }

  /** @param {XmlElement} element */
  #frame(element) {
    if (element.name === 'open') {
      this.#opened = true;
      this.emit('open', element.attrs);
    } else if (element.name === 'close') {
      if (!this.#saidGoodbye) this.send(el('close', { xmlns: FRAMING }));
      this.#saidGoodbye = true;
      this.#socket?.close(1000);
      this.host.clock.after(GOODBYE_LIMIT, () => this.#finish(this.#failure));
    }
  }

  /** @param {CloseEvent} event */
  #closeReason(event) {
    if (this.#saidGoodbye && event.code === 1000) return null;
    const code = this.#opened ? 'connection-lost' : 'connect-failed';
    return new Failure(code, { detail: event.reason || `code ${event.code}`, retry: true });
  }

  /** @param {Failure | null} failure */
  #finish(failure) {
    if (this.#over) return;
    this.#over = true;
    const socket = this.#socket;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      if (socket.readyState < 2) socket.close();
    }
    this.emit('close', { failure });
  }
}

/** A Transport over the first way that opens, with one event more: `better`, when WebSocket works again after all. */
export class FallbackTransport extends Emitter {
  /** @type {StreamTarget} */
  #target = { to: '' };
  /** @type {Transport | null} */
  #inner = null;
  /** @type {('websocket' | 'bosh')[]} */
  #ways;
  #socketFailed = false;
  #over = false;

  /** @param {Endpoints} endpoints @param {Host} host */
  constructor(endpoints, host) {
    super();
    this.endpoints = endpoints;
    this.host = host;
    this.#ways = endpoints.websocket ? (endpoints.bosh ? ['websocket', 'bosh'] : ['websocket']) : ['bosh'];
    if (this.#ways.length > 1 && isBlocked(host)) this.#ways.reverse();
  }

  /** @param {StreamTarget} target */
  open(target) {
    this.#target = target;
    void this.#tryNext(new Failure('connect-failed', { retry: true }));
  }

  restart() {
    this.#inner?.restart();
  }

  /** @param {XmlElement} element */
  send(element) {
    this.#inner?.send(element);
  }

  close() {
    if (this.#inner) this.#inner.close();
    else this.abort();
  }

  abort() {
    if (this.#inner) this.#inner.abort();
    else this.#finish(new Failure('connection-lost', { retry: true }));
  }

  leave() {
    this.#inner?.leave?.();
  }

  /** @param {Failure} failure what to say when there is no other way */
  async #tryNext(failure) {
    this.#inner = null;
    const way = this.#ways.shift();
    if (!way) {
      this.#finish(failure);
      return;
    }
    const inner = await this.#make(way).catch((error) => new Failure('connect-failed', { detail: String(error), retry: true }));
    if (this.#over) return;
    if (inner instanceof Failure) {
      void this.#tryNext(inner);
      return;
    }
    this.#inner = inner;
    let opened = false;
    inner.on('open', (attributes) => {
      opened = true;
      if (way === 'websocket') this.host.storage.removeItem(BLOCKED_KEY);
      this.emit('open', attributes);
    });
    inner.on('element', (element) => this.emit('element', element));
    inner.on('better', () => this.emit('better'));
    inner.on('close', ({ failure: reason }) => {
      if (way === 'websocket') this.#socketFailed = true;
      if (!opened && reason && NO_WAY.has(reason.code)) void this.#tryNext(reason);
      else this.#finish(reason);
    });
    inner.open(this.#target);
  }

  /** @param {'websocket' | 'bosh'} way @returns {Promise<Transport>} */
  async #make(way) {
    const { endpoints, host } = this;
    if (way === 'websocket') return new WebSocketTransport(endpoints.websocket, host, endpoints.bosh ? SOCKET_LIMIT : undefined);
    const { BoshFallback } = await import('./transport-bosh.mjs');
    return new BoshFallback(endpoints, host, this.#socketFailed);
  }

  /** @param {Failure | null} failure */
  #finish(failure) {
    if (this.#over) return;
    this.#over = true;
    this.emit('close', { failure });
  }
}

/** @param {Host} host */
export function blocked({ storage }) {
  const [, times, until] = /^([0-9]{1,3}) ([0-9]{1,16})$/.exec(storage.getItem(BLOCKED_KEY) ?? '') ?? ['', '0', '0'];
  return { times: Number(times), until: Number(until) };
}

/** @param {Host} host */
function isBlocked(host) {
  const left = blocked(host).until - host.clock.now();
  return left > 0 && left <= LONGEST_MEMORY; // a clock that was put back must not make it last for years
}
