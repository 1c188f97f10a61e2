// Text and byte conversions the protocol code needs. Knows no protocol.

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** @param {string} text */
export const utf8 = (text) => encoder.encode(text);

/**
 * Throws on bytes that are not UTF-8.
 * @param {Uint8Array} bytes
 */
export const fromUtf8 = (bytes) => decoder.decode(bytes);

/** @param {Uint8Array} bytes */
export function base64(bytes) {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/**
 * Throws on anything but padded base64.
 * @param {string} text
 */
export function fromBase64(text) {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new RangeError('not base64');
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** @param {Uint8Array} bytes */
export const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');

/** @param {Uint8Array} a @param {Uint8Array} b */
export function xor(a, b) {
  if (a.length !== b.length) throw new RangeError('lengths differ');
  return a.map((byte, i) => byte ^ b[i]);
}

/**
 * Takes the same time wherever the difference is.
 * @param {Uint8Array} a @param {Uint8Array} b
 */
export function equalBytes(a, b) {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i += 1) difference |= a[i] ^ b[i];
  return difference === 0;
}

/**
 * An identifier nobody can guess.
 * @param {number} [bytes]
 */
export const randomId = (bytes = 12) => hex(crypto.getRandomValues(new Uint8Array(bytes)));
