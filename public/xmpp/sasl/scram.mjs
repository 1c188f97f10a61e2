// SCRAM (RFC 5802, RFC 7677) on WebCrypto. One object is one attempt. Channel binding is out of a browser's reach.

import { Failure } from '../../core/base.mjs';
import { base64, equalBytes, fromBase64, fromUtf8, randomId, utf8, xor } from '../../core/bytes.mjs';

// RFC 7677 section 4 asks for 4096 at least; the upper bound keeps a hostile server from freezing the page.
const ITERATIONS = { least: 4096, most: 1_000_000 };

/** @type {Record<string, { hash: string, bits: number }>} */
const HASHES = {
  'SCRAM-SHA-256': { hash: 'SHA-256', bits: 256 },
  'SCRAM-SHA-1': { hash: 'SHA-1', bits: 160 },
};

/**
 * What replaces the password after the first login: the salted password as a key that cannot be read, and for the life of
 * the page the password as one, because some servers send another salt each time. That one is never put on a disk.
 * @typedef {{ mechanism: string, salt: string, iterations: number, key: CryptoKey, secret?: CryptoKey }} ScramKeys
 */

/**
 * SASLprep (RFC 4013) without its tables of unassigned code points.
 * @param {string} text
 */
export function prepare(text) {
  const mapped = text.replace(/[\u00AD\u034F\u1806\u180B-\u180D\u200B-\u200D\u2060\uFE00-\uFE0F\uFEFF]/g, '');
  const prepared = mapped.replace(/[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]/g, ' ').normalize('NFKC');
  // An unpaired surrogate would be sent as something else than what was typed.
  if (/[\p{Cc}\p{Cs}\p{Co}]/u.test(prepared)) throw new Failure('wrong-password', { detail: 'unusable characters' });
  return prepared;
}

/** @param {string} message @returns {Map<string, string>} */
function attributes(message) {
  const map = new Map();
  for (const part of message.split(',')) {
    if (!/^[A-Za-z]=/.test(part) || map.has(part[0])) throw bad('malformed challenge');
    map.set(part[0], part.slice(2));
  }
  return map;
}

/** @param {string} detail */
const bad = (detail) => new Failure('server-proof', { detail });

export class Scram {
  #clientNonce;
  #firstBare = '';
  /** @type {Uint8Array | null} */
  #serverSignature = null;

  /**
   * @param {string} mechanism
   * @param {{ username: string, password?: string, keys?: ScramKeys | null }} credentials
   * @param {string} [nonce] given by tests only
   */
  constructor(mechanism, credentials, nonce = randomId(18)) {
    this.mechanism = mechanism;
    this.credentials = credentials;
    this.#clientNonce = nonce;
    this.hash = HASHES[mechanism];
    /** @type {ScramKeys | null} */
    this.keys = null;
  }

  /** @returns {string} */
  first() {
    const name = prepare(this.credentials.username).replace(/=/g, '=3D').replace(/,/g, '=2C');
    this.#firstBare = `n=${name},r=${this.#clientNonce}`;
    return base64(utf8(`n,,${this.#firstBare}`));
  }

  /** @param {string} challenge base64 @returns {Promise<string>} */
  async answer(challenge) {
    if (this.#serverSignature) throw bad('second challenge');
    const serverFirst = this.#decode(challenge);
    const fields = attributes(serverFirst);
    const nonce = fields.get('r') ?? '';
    const iterations = /^[1-9][0-9]{0,9}$/.test(fields.get('i') ?? '') ? Number(fields.get('i')) : 0;
    const salt = fields.get('s') ?? '';
    if (fields.has('m')) throw bad('mandatory extension');
    if (!nonce.startsWith(this.#clientNonce) || nonce.length === this.#clientNonce.length) throw bad('wrong nonce');
    if (iterations < ITERATIONS.least || iterations > ITERATIONS.most) {
      throw new Failure('iterations', { detail: String(iterations) });
    }
    const withoutProof = `c=biws,r=${nonce}`;
    const message = utf8(`${this.#firstBare},${serverFirst},${withoutProof}`);
    const key = await this.#saltedPassword(salt, iterations);
    const clientKey = await this.#hmac(key, utf8('Client Key'));
    const storedKey = new Uint8Array(await crypto.subtle.digest(this.hash.hash, clientKey));
    const clientSignature = await this.#hmac(await this.#import(storedKey), message);
    const serverKey = await this.#hmac(key, utf8('Server Key'));
    this.#serverSignature = await this.#hmac(await this.#import(serverKey), message);
    return base64(utf8(`${withoutProof},p=${base64(xor(clientKey, clientSignature))}`));
  }

  /**
   * Throws unless the server proved that it knows the password too.
   * @param {string} final base64
   */
  verify(final) {
    const signature = attributes(this.#decode(final)).get('v') ?? '';
    let given;
    try {
      given = fromBase64(signature);
    } catch {
      throw bad('signature is not base64');
    }
    if (!this.#serverSignature || !equalBytes(given, this.#serverSignature)) throw bad('wrong signature');
  }

  /** @param {string} encoded */
  #decode(encoded) {
    try {
      return fromUtf8(fromBase64(encoded.trim()));
    } catch {
      throw bad('challenge is not base64');
    }
  }

  /** @param {string} salt base64 @param {number} iterations */
  async #saltedPassword(salt, iterations) {
    const { password, keys } = this.credentials;
    const known = keys && keys.mechanism === this.mechanism && keys.salt === salt && keys.iterations === iterations;
    if (known) {
      this.keys = keys;
      return keys.key;
    }
    // The password is no longer kept, and the server changed what the stored key was made from.
    if (password === undefined && !keys?.secret) throw new Failure('password-needed');
    let bytes;
    try {
      bytes = fromBase64(salt);
    } catch {
      throw bad('salt is not base64');
    }
    const { hash, bits } = this.hash;
    const secret = password === undefined
      ? /** @type {CryptoKey} */ (keys?.secret)
      : await crypto.subtle.importKey('raw', utf8(prepare(password)), 'PBKDF2', false, ['deriveKey']);
    const key = await crypto.subtle.deriveKey(
      { name: 'PBKDF2', salt: bytes, iterations, hash }, secret, { name: 'HMAC', hash, length: bits }, false, ['sign'],
    );
    this.keys = { mechanism: this.mechanism, salt, iterations, key, secret };
    return key;
  }

  /** @param {Uint8Array} raw */
  #import(raw) {
    return crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: this.hash.hash }, false, ['sign']);
  }

  /** @param {CryptoKey} key @param {Uint8Array} data */
  async #hmac(key, data) {
    return new Uint8Array(await crypto.subtle.sign('HMAC', key, data));
  }
}
