// XMPP over WebSocket (RFC 7395). Knows framing and the closing order; knows no login and no stanza.

import { Emitter } from '../core/emitter.mjs';
import { Failure, within } from '../core/result.mjs';
import { el, parse, serialize } from './xml.mjs';
import { FRAMING, STREAM } from './ns.mjs';
import { streamFailure } from './errors.mjs';

const CONNECT_LIMIT = 10_000;
const GOODBYE_LIMIT = 3_000; // RFC 7395 section 3.6: wait for the answer, but not for ever

/** A Transport (transport.mjs). */
export class WebSocketTransport extends Emitter {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {import('./transport.mjs').StreamTarget} */
  #target = { to: '' };
  #opened = false;
  #saidGoodbye = false;
  #over = false;
  /** @type {Failure | null} */
  #failure = null;

  /**
   * @param {string} url ws: or wss:
   * @param {{ clock: import('../core/result.mjs').Clock, WebSocket: typeof WebSocket }} host
   * @param {number} [limit] milliseconds until the server's stream has to be open
   */
  constructor(url, host, limit = CONNECT_LIMIT) {
    super();
    this.limit = limit;
    this.url = url;
    this.host = host;
  }

  /** @param {import('./transport.mjs').StreamTarget} target */
  open(target) {
    this.#target = target;
    const opened = new Promise((resolve) => this.on('open', resolve));
    const closed = new Promise((resolve) => this.on('close', resolve));
    within(this.host.clock, this.limit, Promise.race([opened, closed]), () => new Failure('timeout', { retry: true }))
      .catch((failure) => this.#finish(failure));
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

  /** @param {import('./xml.mjs').XmlElement} element */
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

  /** @param {import('./xml.mjs').XmlElement} element */
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
