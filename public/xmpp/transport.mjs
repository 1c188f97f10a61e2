// What a session needs from the wire below it. WebSocket and BOSH look the same from above.

import { Emitter } from '../core/emitter.mjs';
/** @typedef {import('./xml.mjs').XmlElement} XmlElement */

/**
 * @typedef {{ to: string, lang?: string }} StreamTarget
 * @typedef {{ failure: import('../core/result.mjs').Failure | null }} Closed null: both sides said goodbye
 */

/**
 * Events: `open` (the server's stream attributes), `element` (each top-level element), `close` (Closed, exactly once,
 * nothing after it). A transport is used once; another attempt makes another one.
 */
export class Transport extends Emitter {
  /**
   * Connects and opens the stream.
   * @param {StreamTarget} _target
   */
  open(_target) {
    throw new TypeError('abstract');
  }

  /** Opens a new stream on the same connection after SASL (RFC 6120 section 6.4.6). */
  restart() {
    throw new TypeError('abstract');
  }

  /** @param {XmlElement} _element */
  send(_element) {
    throw new TypeError('abstract');
  }

  /** Says goodbye, then closes. */
  close() {
    throw new TypeError('abstract');
  }

  /** Drops the connection without goodbye, so that the server keeps the session resumable (XEP-0198 section 5). */
  abort() {
    throw new TypeError('abstract');
  }
}
