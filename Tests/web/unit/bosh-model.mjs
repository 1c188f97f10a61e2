// A BOSH service as XEP-0124 wants it, in memory: window, hold, wait and stored answers. The test decides what gets lost
// on the way; whatever the client may not do is kept in `violations`.

import { parse } from '../../../public/xmpp/xml.mjs';

const HTTPBIND = 'http://jabber.org/protocol/httpbind';
const XBOSH = 'urn:xmpp:xbosh';
export const FEATURES = `<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>`;

const httpAnswer = (status, text) => ({ status, ok: status >= 200 && status < 300, text: async () => text });

export class BoshModel {
  /** Every attempt that arrived, in order: { rid, text, body }. */
  attempts = [];
  /** Payload elements in the order in which they were handled. */
  received = [];
  violations = [];
  /** What the page left behind; the browser carries `beaconRoom` bytes of it. */
  beacons = [];
  beaconRoom = 64 << 10;
  /**
   * What happens to an attempt: undefined, 'lose' (never arrives), 'cut' (arrives, its answer does not), a number (an HTTP
   * status of somebody on the way) or a text (a page of his).
   */
  fault = () => undefined;
  /** Milliseconds that an answer takes. */
  delay = () => 0;
  terms = { wait: 60, requests: 2, hold: 1, inactivity: 60, polling: 5 };
  /** Replaces the answer to the first request. */
  firstAnswer = null;
  /** Called with every handled body. */
  handle = () => {};
  #next = 0;
  #texts = new Map();
  #parked = new Map();
  #held = [];
  #stored = new Map();
  #outbox = [];
  over = false;

  constructor(clock) {
    this.clock = clock;
  }

  beacon = (url, text) => {
    const size = new TextEncoder().encode(text).length;
    if (size > this.beaconRoom) return false;
    this.beaconRoom -= size;
    const body = parse(text);
    const rid = Number(body.attrs.rid);
    this.beacons.push({ rid, text, body, url });
    this.#arrived({ rid, text, body, answer: () => {} });
    return true;
  };

  fetch = (url, { body: text, signal, method }) => new Promise((resolve, reject) => {
    const body = parse(text);
    const attempt = { rid: Number(body.attrs.rid), text, body, method, url, done: false };
    this.attempts.push(attempt);
    signal.addEventListener('abort', () => {
      attempt.done = true;
      reject(new DOMException('aborted', 'AbortError'));
    });
    attempt.answer = (status, answer) => {
      const late = this.delay(attempt);
      const deliver = () => {
        if (attempt.done) return;
        attempt.done = true;
        if (fault === 'cut') reject(new TypeError('network'));
        else resolve(httpAnswer(status, answer));
      };
      if (late > 0) this.clock.after(late, deliver);
      else deliver();
    };
    const fault = this.fault(attempt);
    if (typeof fault === 'number') return attempt.answer(fault, '');
    if (typeof fault === 'string' && fault.startsWith('<')) return attempt.answer(200, fault);
    if (fault === 'lose') return this.clock.after(20, () => reject(new TypeError('network')));
    this.#arrived(attempt);
  });

  /** Something for the client, as XML. */
  push(...payload) {
    this.#outbox.push(...payload);
    this.#release(0);
  }

  /** Ends the session with the next answer. */
  terminate(condition = '', content = '') {
    this.over = `<body xmlns='${HTTPBIND}' type='terminate'${condition ? ` condition='${condition}'` : ''} xmlns:stream='http://etherx.jabber.org/streams'>${content}</body>`;
    this.#release(0);
  }

  get holding() {
    return this.#held.length;
  }

  #arrived(attempt) {
    const { rid, text, body } = attempt;
    const known = this.#texts.get(rid);
    if (known !== undefined && known !== text) this.violations.push(`rid ${rid} with another body`);
    this.#texts.set(rid, text);
    if (!body.attrs.sid) {
      this.#next = rid;
    } else if (rid < this.#next) {
      this.#repeated(attempt);
      return;
    }
    if (rid > this.#next + this.terms.requests - 1 && body.attrs.type !== 'terminate') this.violations.push(`rid ${rid} above the window`);
    this.#parked.set(rid, attempt);
    while (this.#parked.has(this.#next)) {
      const next = this.#parked.get(this.#next);
      this.#parked.delete(this.#next);
      this.#next += 1;
      this.#handle(next);
    }
  }

  #repeated(attempt) {
    const held = this.#held.findIndex(({ rid }) => rid === attempt.rid);
    if (held >= 0) {
      this.#held[held].answer(200, `<body xmlns='${HTTPBIND}' type='error'/>`);
      this.#held[held] = attempt;
    } else {
      attempt.answer(200, this.#stored.get(attempt.rid) ?? `<body xmlns='${HTTPBIND}' type='terminate' condition='item-not-found'/>`);
    }
  }

  #handle(attempt) {
    const { body } = attempt;
    const restart = body.attrs[`{${XBOSH}}restart`] === 'true';
    if (restart && body.children.length > 0) this.violations.push('payload beside a restart');
    this.received.push(...body.children.filter((node) => typeof node !== 'string'));
    if (!body.attrs.sid) {
      const { wait, requests, hold, inactivity, polling } = this.terms;
      this.#store(attempt, this.firstAnswer ?? `<body xmlns='${HTTPBIND}' sid='s1' wait='${wait}' requests='${requests}' hold='${hold}' inactivity='${inactivity}' polling='${polling}' authid='stream-1' from='edge.test' xmlns:xmpp='${XBOSH}' xmpp:version='1.0'>${FEATURES}</body>`);
      return;
    }
    attempt.cancelWait = this.clock.after(this.terms.wait * 1000, () => this.#answer(attempt));
    this.#held.push(attempt);
    if (restart) this.#outbox.push(FEATURES);
    this.handle(body);
    if (body.attrs.type === 'terminate') this.terminate();
    this.#release(this.terms.hold);
  }

  /** Answers what may not be held any longer, and with what is there to say. */
  #release(hold) {
    while (this.#held.length > hold || (this.#held.length > 0 && (this.#outbox.length > 0 || this.over))) {
      if (this.#held.length <= hold && this.#outbox.length === 0 && !this.over) break;
      this.#answer(this.#held[0]);
      if (hold === 0 && this.#outbox.length === 0 && !this.over) break;
    }
  }

  #answer(attempt) {
    const at = this.#held.indexOf(attempt);
    if (at < 0) return;
    this.#held.splice(at, 1);
    const ends = this.over && this.#outbox.length === 0;
    this.#store(attempt, ends ? this.over : `<body xmlns='${HTTPBIND}'>${this.#outbox.splice(0).join('')}</body>`);
    if (ends) this.over = `<body xmlns='${HTTPBIND}'/>`;
  }

  #store(attempt, text) {
    attempt.cancelWait?.();
    this.#stored.set(attempt.rid, text);
    this.#stored.delete(attempt.rid - this.terms.requests);
    attempt.answer(200, text);
  }
}
