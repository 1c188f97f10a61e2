// PLAIN (RFC 4616): the password itself crosses the wire, so choose.mjs admits it on https and loopback only. And ANONYMOUS
// (RFC 4505), for guests, which says nothing about who it is.

import { Failure } from '../../core/base.mjs';
import { base64, utf8 } from '../../core/bytes.mjs';
import { prepare } from './scram.mjs';

export class Plain {
  mechanism = 'PLAIN';
  keys = null;

  /** @param {{ username: string, password?: string }} credentials */
  constructor(credentials) {
    this.credentials = credentials;
  }

  first() {
    const { username, password } = this.credentials;
    if (password === undefined) throw new Failure('password-needed');
    return base64(utf8(`\0${prepare(username)}\0${prepare(password)}`));
  }

  /** @returns {Promise<string>} */
  async answer() {
    throw new Failure('sasl-failed', { detail: 'unexpected challenge' });
  }

  verify() {}
}

export class Anonymous {
  mechanism = 'ANONYMOUS';
  keys = null;

  first() {
    return ''; // no trace information
  }

  /** A server that asks for the trace information by a challenge gets none either. */
  async answer() {
    return '';
  }

  verify() {}
}
