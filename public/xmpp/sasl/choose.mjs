// Picks the SASL mechanism and remembers the best one an account was ever offered: a server, or somebody between,
// that suddenly offers less is refused. Knows no wire.

import { Failure } from '../../core/base.mjs';
import { Scram } from './scram.mjs';

const PREFERENCE = ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'];
const KEY = 'edge.sasl.';

/** @typedef {{ getItem(key: string): string | null, setItem(key: string, value: string): void, removeItem(key: string): void }} KeyValue */

/**
 * @param {{ offered: string[], account: string, secure: boolean, storage: KeyValue,
 *   credentials: { username: string, password?: string, keys?: ScramKeys | null },
 * }} request username '': a guest; secure: https or loopback, which is also where browsers give us WebCrypto
 * @returns {Promise<Scram | import('./plain.mjs').Plain | import('./plain.mjs').Anonymous>} a mechanism for this one attempt
 */
export async function chooseMechanism({ offered, account, credentials, secure, storage }) {
  if (!secure) throw new Failure('insecure-page');
  if (!credentials.username) {
    if (!offered.includes('ANONYMOUS')) throw new Failure('no-guests', { detail: offered.join(', ') });
    return new (await import('./plain.mjs')).Anonymous();
  }
  const mechanism = PREFERENCE.find((name) => offered.includes(name));
  if (!mechanism) throw new Failure('no-mechanism', { detail: offered.join(', ') });
  const remembered = PREFERENCE.indexOf(storage.getItem(KEY + account) ?? '');
  if (remembered >= 0 && PREFERENCE.indexOf(mechanism) > remembered) {
    throw new Failure('sasl-downgrade', { detail: `${PREFERENCE[remembered]} > ${mechanism}` });
  }
  if (mechanism !== 'PLAIN') return new Scram(mechanism, credentials);
  const { Plain } = await import('./plain.mjs');
  return new Plain(credentials);
}

/** @param {KeyValue} storage @param {string} account @param {string} mechanism */
export const rememberMechanism = (storage, account, mechanism) => storage.setItem(KEY + account, mechanism);

/** @param {KeyValue} storage @param {string} account */
export const forgetMechanism = (storage, account) => storage.removeItem(KEY + account);
