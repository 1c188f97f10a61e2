// What the tests share: a clock they turn by hand, storage in memory, a server played from a script.

import { Emitter } from '../../../public/core/base.mjs';
import { parse } from '../../../public/xmpp/xml.mjs';

/** Time stands until the test moves it. */
export class ManualClock {
  time = 1_700_000_000_000;
  #timers = new Set();
  now = () => this.time;
  random = () => 0.5;
  after = (ms, action) => {
    const timer = { at: this.time + ms, action };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  async advance(ms) {
    const end = this.time + ms;
    for (;;) {
      const next = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers.delete(next);
      this.time = next.at;
      next.action();
      await settle();
    }
    this.time = end;
    await settle();
  }
}

// WebCrypto works on threads of its own, and how long it takes is the machine's business.
let computing = 0;
const { subtle } = globalThis.crypto;
for (const name of ['deriveKey', 'digest', 'importKey', 'sign']) {
  const real = subtle[name].bind(subtle);
  subtle[name] = (...given) => {
    computing += 1;
    return real(...given).finally(() => (computing -= 1));
  };
}

/** Lets everything that waits on promises go on, WebCrypto's answers included. */
export async function settle() {
  for (let i = 0; i < 5; i = computing > 0 ? 0 : i + 1) await new Promise((resolve) => setImmediate(resolve));
}

const LONG = 20_000; // milliseconds of real time

/** Waits, in real time, until `check` gives something true. */
export async function until(check) {
  for (const end = performance.now() + LONG; performance.now() < end;) {
    const value = check();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error(`never: ${check}`);
}

export class MemoryStorage {
  map = new Map();
  getItem = (key) => this.map.get(key) ?? null;
  setItem = (key, value) => void this.map.set(key, String(value));
  removeItem = (key) => void this.map.delete(key);
}

/** A transport whose other end is the test. */
export class ScriptedTransport extends Emitter {
  sent = [];
  closed = false;
  open = (target) => {
    this.target = target;
    this.emit('open', {});
    this.serve?.('open');
  };
  restart = () => this.serve?.('restart');
  send = (element) => {
    this.sent.push(element);
    this.serve?.(element);
  };
  close = () => this.end(null);
  abort = () => this.end(this.lost);
  end = (failure) => {
    if (this.closed) return;
    this.closed = true;
    this.emit('close', { failure });
  };
  receive = (xml) => this.emit('element', parse(xml));
}

/** A connection as far as Router needs one. */
export class FakeConnection extends Emitter {
  sent = [];
  online = true;
  constructor(jid) {
    super();
    this.jid = jid;
  }
  send = (stanza) => this.sent.push(stanza);
  receive = (xml) => this.emit('element', parse(xml));
}

/** As much of IndexedDB as core/idb.mjs uses. */
export class MemoryDatabases {
  stores = new Map();
  #later(work) {
    const request = {};
    queueMicrotask(() => {
      try {
        request.result = work();
        request.onsuccess?.();
      } catch (error) {
        request.error = error;
        request.onerror?.();
      }
    });
    return request;
  }

  #objects(name) {
    const map = this.stores.get(name);
    return {
      get: (key) => this.#later(() => structuredClone(map.get(key))),
      put: (value, key) => this.#later(() => void map.set(key, structuredClone(value))),
      delete: (key) => this.#later(() => void map.delete(key)),
      clear: () => this.#later(() => map.clear()),
    };
  }

  open() {
    const database = {
      close() {},
      objectStoreNames: { contains: (name) => this.stores.has(name) },
      createObjectStore: (name) => void this.stores.set(name, new Map()),
      transaction: () => ({ objectStore: (name) => this.#objects(name) }),
    };
    const request = { result: database };
    queueMicrotask(() => {
      request.onupgradeneeded?.();
      request.onsuccess?.();
    });
    return request;
  }
}
