// One attempt from an unopened transport to a session that may send stanzas: features, SASL, then resume or bind.
// Knows the order of RFC 6120 and XEP-0198; knows no retry and no feature.

import { Failure, within } from '../core/base.mjs';
import { el } from './xml.mjs';
import { saslFailure, stanzaError } from './errors.mjs';
import { parseJid } from './jid.mjs';
import { BIND, CLIENT, SASL, SESSION, SM, STREAM } from './ns.mjs';
import { chooseMechanism, rememberMechanism } from './sasl/choose.mjs';

// What a session needs from the wire below it: WebSocket and BOSH look the same from above.
/**
 * @typedef {{ to: string, lang?: string }} StreamTarget
 * @typedef {{ failure: Failure | null }} Closed null: both sides said goodbye
 */

/**
 * Events: `open` (the server's stream attributes), `element` (each top-level element), `close` (Closed, once and last),
 * `better` (another attempt would find a better way). A transport is used once.
 * @typedef {{
 *   on(event: string, listener: (detail: any) => void): () => void,
 *   open(target: StreamTarget): void,
 *   restart(): void,
 *   send(element: XmlElement): void,
 *   close(): void,
 *   abort(): void,
 *   leave?(): void,
 * }} Transport
 *   restart: a new stream on the same connection, after SASL (RFC 6120 section 6.4.6); close: says goodbye first;
 *   abort: without goodbye, so that the server keeps the session resumable (XEP-0198 section 5);
 *   leave: the page goes away this very moment
 */

const STEP_LIMIT = 20_000; // a server that says nothing for so long will not say anything

/** Lets a sequence of steps wait for the next element without losing those that come meanwhile. */
export class Reader {
  /** @type {XmlElement[]} */
  #waiting = [];
  /** @type {((element: XmlElement) => void) | null} */
  #consumer = null;
  /** @type {{ resolve(element: XmlElement): void, reject(error: Error): void } | null} */
  #step = null;
  /** @type {Failure | null} */
  #closed = null;

  /** @param {Transport} transport @param {Clock} clock */
  constructor(transport, clock) {
    this.clock = clock;
    transport.on('element', (element) => this.#take(element));
    transport.on('close', ({ failure }) => {
      const closed = failure ?? new Failure('connection-lost', { retry: true });
      this.#closed = closed;
      this.#step?.reject(closed);
    });
  }

  /** @param {XmlElement} element */
  #take(element) {
    const step = this.#step;
    this.#step = null;
    if (step) step.resolve(element);
    else if (this.#consumer) this.#consumer(element);
    else this.#waiting.push(element);
  }

  /** @returns {Promise<XmlElement>} */
  next() {
    if (this.#closed) return Promise.reject(this.#closed);
    const element = this.#waiting.shift();
    if (element) return Promise.resolve(element);
    /** @type {Promise<XmlElement>} */
    const step = new Promise((resolve, reject) => (this.#step = { resolve, reject }));
    return within(this.clock, STEP_LIMIT, step, () => new Failure('timeout', { retry: true }));
  }

  /**
   * From now on every element goes to `consumer`, those already here first.
   * @param {(element: XmlElement) => void} consumer
   */
  handOff(consumer) {
    while (this.#waiting.length > 0) consumer(/** @type {XmlElement} */ (this.#waiting.shift()));
    this.#consumer = consumer;
  }
}

/**
 * @typedef {Omit<import('./connection.mjs').Options, 'makeTransport'> & { transport: Transport, sm: StreamManagement }} Attempt
 * @typedef {Awaited<ReturnType<typeof establish>>} Established jid is only set by a new binding
 */

/** @param {Attempt} attempt */
export async function establish(attempt) {
  const { transport, account, clock, lang } = attempt;
  const reader = new Reader(transport, clock);
  transport.open({ to: account.domain, lang });
  const keys = await authenticate(attempt, reader, await nextFeatures(reader));
  transport.restart();
  const features = await nextFeatures(reader);
  const common = { keys, features, reader, jid: account };
  const resumption = await resume(attempt, reader, features);
  if (resumption.resumed) return { ...common, ...resumption };
  const jid = await bind(attempt, reader, features);
  if (features.child('sm', SM)) await enable(attempt, reader);
  return { ...common, ...resumption, jid };
}

/** @param {Reader} reader */
async function nextFeatures(reader) {
  const element = await reader.next();
  if (!element.is('features', STREAM)) throw new Failure('bad-protocol', { detail: element.name, retry: true });
  return element;
}

/** @param {Attempt} attempt @param {Reader} reader @param {XmlElement} features */
async function authenticate(attempt, reader, features) {
  const { transport, account, storage } = attempt;
  const offered = (features.child('mechanisms', SASL)?.elements('mechanism') ?? []).map(({ text }) => text.trim());
  const mechanism = await chooseMechanism({ ...attempt, offered, account: account.bare });
  transport.send(el('auth', { xmlns: SASL, mechanism: mechanism.mechanism }, mechanism.first()));
  for (;;) {
    const element = await reader.next();
    if (element.is('challenge', SASL)) {
      transport.send(el('response', { xmlns: SASL }, await mechanism.answer(element.text)));
    } else if (element.is('success', SASL)) {
      mechanism.verify(element.text);
      if (mechanism.mechanism !== 'ANONYMOUS') rememberMechanism(storage, account.bare, mechanism.mechanism);
      return mechanism.keys;
    } else if (element.is('failure', SASL)) {
      throw saslFailure(element);
    } else {
      throw new Failure('bad-protocol', { detail: element.name, retry: true });
    }
  }
}

/** @param {Attempt} attempt @param {Reader} reader @param {XmlElement} features */
async function resume({ transport, sm }, reader, features) {
  if (!sm.resumable || !features.child('sm', SM)) return { resumed: false, again: [], ...sm.failed(null) };
  transport.send(sm.resume());
  const answer = await reader.next();
  if (answer.is('resumed', SM)) return { resumed: true, lost: [], ...sm.resumed(answer) };
  return { resumed: false, again: [], ...sm.failed(answer.is('failed', SM) ? answer : null) };
}

/**
 * Sends a request and returns its answer; nothing else may come before a session is bound.
 * @param {Attempt} attempt @param {Reader} reader @param {XmlElement} child
 */
async function ask({ transport }, reader, child) {
  const id = `${child.name}-1`;
  transport.send(el('iq', { type: 'set', id }, child));
  const answer = await reader.next();
  if (!answer.is('iq', CLIENT) || answer.attrs.id !== id) throw new Failure('bad-protocol', { detail: answer.name, retry: true });
  if (answer.attrs.type === 'result') return answer;
  const error = stanzaError(answer);
  throw new Failure('bind-refused', { detail: error.text || error.condition, retry: error.type === 'wait' });
}

/** @param {Attempt} attempt @param {Reader} reader @param {XmlElement} features */
async function bind(attempt, reader, features) {
  const answer = await ask(attempt, reader, el('bind', { xmlns: BIND }, el('resource', {}, attempt.resource)));
  const jid = parseJid(answer.child('bind', BIND)?.childText('jid'));
  if (!jid) throw new Failure('bad-protocol', { detail: 'bound to no address' });
  const session = features.child('session', SESSION);
  // RFC 6121 dropped it; servers that do not call it optional still want it.
  if (session && !session.child('optional')) await ask(attempt, reader, el('session', { xmlns: SESSION }));
  return jid;
}

/** @param {Attempt} attempt @param {Reader} reader */
async function enable({ transport, sm }, reader) {
  transport.send(sm.enable());
  const answer = await reader.next();
  // Before presence nothing is sent to us, so only the answer can come.
  if (answer.ns !== SM) throw new Failure('bad-protocol', { detail: answer.name, retry: true });
  sm.enabled(answer);
}
