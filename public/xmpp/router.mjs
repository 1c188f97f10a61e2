// Gives each stanza to whom it concerns: answers to the requests that wait for them, requests and messages to
// handlers by namespace. Checks that an answer comes from whom we asked.

import { randomId } from '../core/bytes.mjs';
import { el } from './xml.mjs';
import { StanzaError, stanzaError } from './errors.mjs';
import { parseJid } from './jid.mjs';
import { STANZA_ERROR } from './ns.mjs';

const ANSWER_LIMIT = 30_000;

/** @typedef {(stanza: XmlElement) => boolean | void} StanzaHandler true: nobody else needs to see it */

export class Router {
  /** @type {Map<string, { to: string, resolve(iq: XmlElement): void, reject(error: Error): void, cancel(): void }>} */
  #asked = new Map();
  /** @type {Map<string, (iq: XmlElement) => XmlElement | null | void>} */
  #requests = new Map();
  /** @type {{ message: StanzaHandler[], presence: StanzaHandler[] }} */
  #handlers = { message: [], presence: [] };

  /** @param {Connection} connection @param {Clock} clock */
  constructor(connection, clock) {
    this.connection = connection;
    this.clock = clock;
    connection.on('element', (stanza) => this.#route(stanza));
    connection.on('ready', ({ resumed }) => !resumed && this.#forget());
    connection.on('state', ({ name }) => name === 'ended' && this.#forget());
  }

  /** @param {XmlElement} stanza */
  send(stanza) {
    this.connection.send(stanza);
  }

  /**
   * @param {'get' | 'set'} type @param {XmlElement} child @param {string} [to] without it: our own account
   * @returns {Promise<XmlElement>} the result; throws StanzaError
   */
  ask(type, child, to) {
    const id = randomId();
    return new Promise((resolve, reject) => {
      const cancel = this.clock.after(ANSWER_LIMIT, () => this.#settle(id)?.reject(new StanzaError('remote-server-timeout', 'wait')));
      this.#asked.set(id, { to: to ?? '', resolve, reject, cancel });
      this.connection.send(el('iq', { type, id, to }, child));
    });
  }

  /**
   * Answers requests of others whose child is in namespace `ns`. The handler returns the result's child, or throws StanzaError.
   * @param {'get' | 'set'} type @param {string} ns @param {(iq: XmlElement) => XmlElement | null | void} handler
   */
  onRequest(type, ns, handler) {
    this.#requests.set(`${type} ${ns}`, handler);
  }

  /**
   * Handlers run in the order they came, until one says true.
   * @param {'message' | 'presence'} name @param {StanzaHandler} handler
   */
  on(name, handler) {
    this.#handlers[name].push(handler);
  }

  /**
   * Whether a stanza comes from our own account, where only the server itself can put it.
   * @param {XmlElement} stanza
   */
  isFromSelf({ attrs }) {
    return attrs.from === undefined || attrs.from === this.connection.jid.bare;
  }

  /** @param {string} id */
  #settle(id) {
    const waiting = this.#asked.get(id);
    this.#asked.delete(id);
    waiting?.cancel();
    return waiting;
  }

  #forget() {
    for (const id of [...this.#asked.keys()]) this.#settle(id)?.reject(new StanzaError('session-lost', 'wait'));
  }

  /** @param {XmlElement} stanza */
  #route(stanza) {
    if (stanza.name === 'iq') {
      const { type } = stanza.attrs;
      if (type === 'result' || type === 'error') this.#answer(stanza);
      else this.#request(stanza);
      return;
    }
    for (const handler of this.#handlers[/** @type {'message'} */ (stanza.name)]) if (handler(stanza) === true) return;
  }

  /** @param {XmlElement} iq */
  #answer(iq) {
    const id = iq.attrs.id ?? '';
    const waiting = this.#asked.get(id);
    if (!waiting || !this.#expected(iq.attrs.from, waiting.to)) return;
    this.#settle(id);
    if (iq.attrs.type === 'result') waiting.resolve(iq);
    else waiting.reject(stanzaError(iq));
  }

  /**
   * RFC 6120 section 8.1.2.1: our account may answer without from, as itself or as its server.
   * @param {string | undefined} from @param {string} to
   */
  #expected(from, to) {
    const { jid } = this.connection;
    const own = [jid.bare, jid.toString(), jid.domain];
    const sender = from === undefined ? '' : (parseJid(from)?.toString() ?? '?');
    if (to === '' || to === jid.bare) return sender === '' || own.includes(sender);
    return sender === parseJid(to)?.toString() || (sender === '' && to === jid.domain);
  }

  /** @param {XmlElement} iq */
  #request(iq) {
    const { id, from, type } = iq.attrs;
    const child = iq.elements()[0];
    const handler = this.#requests.get(`${type} ${child?.ns}`);
    try {
      if (!handler) throw new StanzaError('service-unavailable');
      const result = handler(iq);
      this.send(el('iq', { type: 'result', id, to: from }, result ?? null));
    } catch (error) {
      const { condition, type: kind } = error instanceof StanzaError ? error : new StanzaError('internal-server-error');
      this.send(el('iq', { type: 'error', id, to: from }, el('error', { type: kind }, el(condition, { xmlns: STANZA_ERROR }))));
    }
  }
}
