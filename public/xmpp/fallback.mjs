// Chooses the way to the server: WebSocket first, BOSH where that does not get through. What did not get through is
// remembered for a while, across page loads; while BOSH is used, WebSocket is tried again beside it.

import { Emitter } from '../core/emitter.mjs';
import { Failure } from '../core/result.mjs';
import { WebSocketTransport } from './transport-ws.mjs';
/** @typedef {import('./transport.mjs').Transport} Transport */

const KEY = 'edge.bosh';
// Some networks swallow WebSockets without a word. Nobody should look at a blank page for longer than this because of it.
const SOCKET_LIMIT = 5_000;
const FIRST_MEMORY = 60_000;
const LONGEST_MEMORY = 6 * 60 * 60 * 1000;
// Only these say that the way is closed; all others come from somebody at its end.
const NO_WAY = new Set(['connect-failed', 'timeout']);

/**
 * @typedef {import('./bosh-exchange.mjs').Host & {
 *   WebSocket: typeof WebSocket, storage: import('./sasl/choose.mjs').KeyValue, beacon?: (url: string, body: string) => boolean,
 * }} Host
 */

/** How often in a row WebSocket failed where BOSH worked, and until when that is taken as given. */
class Memory {
  /** @param {Host} host */
  constructor({ storage, clock }) {
    this.storage = storage;
    this.clock = clock;
  }

  read() {
    const [, times, until] = /^([0-9]{1,3}) ([0-9]{1,16})$/.exec(this.storage.getItem(KEY) ?? '') ?? ['', '0', '0'];
    return { times: Number(times), until: Number(until) };
  }

  get blocked() {
    const left = this.read().until - this.clock.now();
    return left > 0 && left <= LONGEST_MEMORY; // a clock that was put back must not make it last for years
  }

  failed() {
    const times = Math.min(this.read().times + 1, 99);
    const span = Math.min(LONGEST_MEMORY, FIRST_MEMORY * 2 ** (times - 1));
    this.storage.setItem(KEY, `${times} ${this.clock.now() + span}`);
    return span;
  }

  worked() {
    this.storage.removeItem(KEY);
  }
}

/** A Transport (transport.mjs) over the first way that opens. One event more, `better`: WebSocket works again. */
export class FallbackTransport extends Emitter {
  /** @type {import('./transport.mjs').StreamTarget} */
  #target = { to: '' };
  /** @type {Transport | null} */
  #inner = null;
  /** @type {('websocket' | 'bosh')[]} */
  #ways;
  #memory;
  #socketFailed = false;
  #over = false;
  #cancelLook = () => {};

  /** @param {{ websocket: string, bosh: string }} endpoints empty: there is none @param {Host} host */
  constructor(endpoints, host) {
    super();
    this.endpoints = endpoints;
    this.host = host;
    this.#memory = new Memory(host);
    this.#ways = endpoints.websocket ? (endpoints.bosh ? ['websocket', 'bosh'] : ['websocket']) : ['bosh'];
    if (this.#ways.length > 1 && this.#memory.blocked) this.#ways.reverse();
  }

  /** @param {import('./transport.mjs').StreamTarget} target */
  open(target) {
    this.#target = target;
    void this.#tryNext(new Failure('connect-failed', { retry: true }));
  }

  restart() {
    this.#inner?.restart();
  }

  /** @param {import('./xml.mjs').XmlElement} element */
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
    const way = this.#ways.shift();
    if (!way) {
      this.#finish(failure);
      return;
    }
    this.#inner = null;
    const inner = await this.#make(way).catch((error) => new Failure('connect-failed', { detail: String(error), retry: true }));
    if (this.#over) return;
    if (inner instanceof Failure) {
      void this.#tryNext(inner);
      return;
    }
    this.#inner = inner;
    let opened = false;
    inner.on('element', (element) => this.emit('element', element));
    inner.on('open', (attributes) => {
      if (!opened) this.#opened(way);
      opened = true;
      this.emit('open', attributes);
    });
    inner.on('close', ({ failure: reason }) => {
      if (way === 'websocket') this.#socketFailed = true;
      if (!opened && reason && NO_WAY.has(reason.code)) void this.#tryNext(reason);
      else this.#finish(reason);
    });
    inner.open(this.#target);
  }

  /** @param {'websocket' | 'bosh'} way @returns {Promise<Transport>} */
  async #make(way) {
    if (way === 'websocket') return this.#socket();
    const { BoshTransport } = await import('./transport-bosh.mjs');
    return new BoshTransport(this.endpoints.bosh, this.host);
  }

  #socket() {
    return new WebSocketTransport(this.endpoints.websocket, this.host, this.endpoints.bosh ? SOCKET_LIMIT : undefined);
  }

  /** @param {'websocket' | 'bosh'} way */
  #opened(way) {
    if (way === 'websocket') {
      this.#memory.worked();
    } else if (this.endpoints.websocket) {
      if (this.#socketFailed) this.#memory.failed();
      this.#lookLater();
    }
  }

  #lookLater() {
    const { clock } = this.host;
    this.#cancelLook = clock.after(Math.max(FIRST_MEMORY, this.#memory.read().until - clock.now()), () => this.#look());
  }

  /** Only a stream that the server opened tells that a WebSocket gets through: some proxies let the handshake pass and no more. */
  #look() {
    const socket = this.#socket();
    let works = false;
    this.#cancelLook = () => socket.abort();
    socket.on('open', () => {
      works = true;
      socket.close();
    });
    socket.on('close', () => {
      this.#cancelLook = () => {};
      if (this.#over) return;
      if (works) {
        this.#memory.worked();
        this.emit('better');
      } else {
        this.#memory.failed();
        this.#lookLater();
      }
    });
    socket.open(this.#target);
  }

  /** @param {Failure | null} failure */
  #finish(failure) {
    if (this.#over) return;
    this.#over = true;
    this.#cancelLook();
    this.emit('close', { failure });
  }
}
