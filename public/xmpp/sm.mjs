// Stream management (XEP-0198): what was sent and is not yet acknowledged, what was received, and the arithmetic
// of resumption. Pure state; knows no wire and no timer.

import { Failure } from '../core/base.mjs';
import { el } from './xml.mjs';
import { SM } from './ns.mjs';

const MODULUS = 2 ** 32; // XEP-0198 section 4: both counters wrap
// A server that never acknowledges must not make us keep everything for ever.
const QUEUE_LIMIT = 5_000;

/** @param {string | undefined} text @returns {number} NaN when it is no counter */
const counter = (text) => (text !== undefined && /^[0-9]{1,10}$/.test(text) && Number(text) < MODULUS ? Number(text) : NaN);

/** @param {XmlElement} element */
export const isStanza = ({ name, ns }) => ns === 'jabber:client' && (name === 'message' || name === 'presence' || name === 'iq');

export class StreamManagement {
  /** Server's name for the session, '' while it cannot be resumed. */
  #id;
  #active;
  #inbound;
  /** The server's counter as far as it told us. */
  #acknowledged;
  /**
   * Sent since, oldest first: the first one is number #acknowledged + 1.
   * @type {XmlElement[]}
   */
  #queue = [];

  constructor({ id = '', inbound = 0, acknowledged = 0 } = {}) {
    this.#active = id !== '';
    this.#id = id;
    this.#inbound = inbound;
    this.#acknowledged = acknowledged;
  }

  get active() {
    return this.#active;
  }

  get resumable() {
    return this.#id !== '';
  }

  get waiting() {
    return [...this.#queue];
  }

  /** Our `<enable/>`; counting what we send starts with it. */
  enable() {
    this.#id = '';
    this.#active = true;
    this.#inbound = 0;
    this.#acknowledged = 0;
    return el('enable', { xmlns: SM, resume: 'true' });
  }

  /** @param {XmlElement} answer `<enabled/>` or `<failed/>` */
  enabled(answer) {
    const resume = answer.attrs.resume === 'true' || answer.attrs.resume === '1';
    if (answer.name === 'enabled') this.#id = resume ? (answer.attrs.id ?? '') : '';
    else this.#active = false;
    this.#inbound = 0;
  }

  /** @param {XmlElement} stanza */
  sent(stanza) {
    this.#queue.push(stanza);
    if (this.#queue.length > QUEUE_LIMIT) throw new Failure('bad-protocol', { detail: 'nothing is acknowledged', retry: true });
  }

  received() {
    if (this.#active) this.#inbound = (this.#inbound + 1) % MODULUS;
  }

  request() {
    return el('r', { xmlns: SM });
  }

  answer() {
    return el('a', { xmlns: SM, h: this.#inbound });
  }

  /**
   * @param {string | undefined} text attribute h
   * @returns {XmlElement[]} the stanzas that are now the server's
   */
  acknowledged(text) {
    const handled = (counter(text) - this.#acknowledged + MODULUS) % MODULUS;
    if (Number.isNaN(handled) || handled > this.#queue.length) {
      throw new Failure('bad-protocol', { detail: `acknowledged ${text} of ${this.#queue.length}`, retry: true });
    }
    this.#acknowledged = (this.#acknowledged + handled) % MODULUS;
    return this.#queue.splice(0, handled);
  }

  resume() {
    return el('resume', { xmlns: SM, h: this.#inbound, previd: this.#id });
  }

  /**
   * @param {XmlElement} answer `<resumed/>`
   * @returns {{ handled: XmlElement[], again: XmlElement[] }} `again` stays queued and has to be sent again, in order
   */
  resumed(answer) {
    const handled = this.acknowledged(answer.attrs.h);
    return { handled, again: [...this.#queue] };
  }

  /**
   * The old session is gone. Its counter, when the server still knows it, tells what arrived (XEP-0198 section 5).
   * @param {XmlElement | null} answer `<failed/>`
   * @returns {{ handled: XmlElement[], lost: XmlElement[] }} `lost` may have arrived or not
   */
  failed(answer) {
    let handled = /** @type {XmlElement[]} */ ([]);
    try {
      if (answer?.attrs.h !== undefined) handled = this.acknowledged(answer.attrs.h);
    } catch {
      // A counter we cannot use is the same as none.
    }
    this.#id = '';
    this.#active = false;
    return { handled, lost: this.#queue.splice(0) };
  }
}
