// Turns what a server refuses into a Failure a person can read. Knows conditions; knows no texts.

import { Failure } from '../core/base.mjs';
import { SASL, STANZA_ERROR, STREAM_ERROR } from './ns.mjs';

/** @param {XmlElement} element @param {string} ns */
const condition = (element, ns) =>
  element.elements().find((node) => node.ns === ns && node.name !== 'text')?.name ?? 'undefined-condition';

// Stream errors that another attempt may outlive (RFC 6120 section 4.9.3); with all others trying again is useless or rude.
const PASSING = new Set([
  'connection-timeout', 'internal-server-error', 'remote-connection-failed', 'reset', 'resource-constraint',
  'see-other-host', 'system-shutdown', 'undefined-condition',
]);
const KNOWN_STREAM = new Set([
  'conflict', 'host-gone', 'host-unknown', 'internal-server-error', 'policy-violation', 'remote-connection-failed',
  'resource-constraint', 'system-shutdown', 'connection-timeout', 'not-authorized',
]);

/** @param {XmlElement} error `<stream:error/>` */
export function streamFailure(error) {
  const name = condition(error, STREAM_ERROR);
  const text = error.childText('text', STREAM_ERROR) ?? '';
  const code = KNOWN_STREAM.has(name) ? name : 'stream-error';
  return new Failure(code, { detail: text || name, retry: PASSING.has(name) });
}

const KNOWN_SASL = new Set(['not-authorized', 'account-disabled', 'credentials-expired', 'temporary-auth-failure']);

/** @param {XmlElement} failure SASL `<failure/>` (RFC 6120 section 6.5) */
export function saslFailure(failure) {
  const name = condition(failure, SASL);
  const text = failure.childText('text', SASL) ?? '';
  const code = KNOWN_SASL.has(name) ? (name === 'not-authorized' ? 'wrong-password' : name) : 'sasl-failed';
  return new Failure(code, { detail: text || name, retry: name === 'temporary-auth-failure' });
}

export class StanzaError extends Error {
  /** @param {string} condition @param {string} type cancel, auth, modify, wait or continue @param {string} text */
  constructor(condition, type = 'cancel', text = '') {
    super(text || condition);
    this.name = 'StanzaError';
    this.condition = condition;
    this.type = type;
    this.text = text;
  }
}

/** @param {XmlElement} stanza of type error */
export function stanzaError(stanza) {
  const error = stanza.child('error');
  if (!error) return new StanzaError('undefined-condition');
  return new StanzaError(condition(error, STANZA_ERROR), error.attrs.type, error.childText('text', STANZA_ERROR) ?? '');
}
