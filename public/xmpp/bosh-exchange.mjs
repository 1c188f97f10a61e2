// One request of a BOSH session (XEP-0124) and its repeats: the same body goes out until it is answered or the session
// cannot live any more. Knows HTTP and what its failures mean; knows no order among requests.

import { Failure } from '../core/base.mjs';
import { parse } from './xml.mjs';
import { HTTPBIND } from './ns.mjs';
/** @typedef {import('./xml.mjs').XmlElement} XmlElement */

const FIRST_WAIT = 250;
const LONGEST_WAIT = 8_000;
// What passes, among the answers that say the client did wrong: timeout, too early, too many.
const PASSING = new Set([408, 425, 429]);

/** @typedef {{ clock: import('../core/base.mjs').Clock, fetch: typeof fetch }} Host */

export class Exchange {
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

  /** Does not wait for this attempt's answer any longer. */
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
