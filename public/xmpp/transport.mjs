// What a session needs from the wire below it, as types alone: WebSocket and BOSH look the same from above.

/**
 * @typedef {{ to: string, lang?: string }} StreamTarget
 * @typedef {{ failure: import('../core/base.mjs').Failure | null }} Closed null: both sides said goodbye
 */

/**
 * Events: `open` (the server's stream attributes), `element` (each top-level element), `close` (Closed, exactly once,
 * nothing after it), `better` (another attempt would find
 * a better way). A transport is used once; another attempt makes another one.
 * @typedef {{
 *   on(event: string, listener: (detail: any) => void): () => void,
 *   open(target: StreamTarget): void,
 *   restart(): void,
 *   send(element: import('./xml.mjs').XmlElement): void,
 *   close(): void,
 *   abort(): void,
 *   leave?(): void,
 * }} Transport
 *   restart: a new stream on the same connection, after SASL (RFC 6120 section 6.4.6); close: says goodbye first;
 *   abort: without goodbye, so that the server keeps the session resumable (XEP-0198 section 5);
 *   leave: the page goes away this very moment
 */

export {};
