// "Stay signed in": keeps the salted password as a key that can sign but cannot be read, never the password (security rule 6).
// A server that changes salt or rounds makes it useless; then the person is asked again.

import { clear, read, remove, write } from '../core/idb.mjs';
import { forgetConversations } from './kept.mjs';
import { rosterKey } from './roster.mjs';

const STORE = 'logins';
const KEY = 'edge.stay';

/** @param {import('../xmpp/sasl/choose.mjs').KeyValue} storage */
export const stays = (storage) => Boolean(storage.getItem(KEY));

/** @typedef {{ storage: import('../xmpp/sasl/choose.mjs').KeyValue, indexedDB: IDBFactory }} Host */

/**
 * Keeps the login; only SCRAM leaves something that may be kept.
 * @param {Host} host @param {string} account @param {import('../xmpp/sasl/scram.mjs').ScramKeys | null | undefined} keys
 */
export async function keepLogin({ storage, indexedDB }, account, keys) {
  if (!keys) return;
  const { mechanism, salt, iterations, key } = keys;
  await write(indexedDB, STORE, account, { mechanism, salt, iterations, key });
  storage.setItem(KEY, account);
}

/** @param {Host} host @returns {Promise<{ account: string, keys: import('../xmpp/sasl/scram.mjs').ScramKeys } | null>} */
export async function keptLogin({ storage, indexedDB }) {
  const account = storage.getItem(KEY);
  const keys = account && (await read(indexedDB, STORE, account));
  return account && keys ? { account, keys } : null;
}

/** @param {Host} host */
export async function forgetLogin({ storage, indexedDB }) {
  const account = storage.getItem(KEY);
  storage.removeItem(KEY);
  if (account) await remove(indexedDB, STORE, account);
}

/**
 * Takes from this computer what the account left there, as far as it can be fetched again.
 * @param {Host} host @param {string} account
 */
export async function forgetAccount(host, account) {
  await forgetLogin(host).catch(() => {});
  host.storage.removeItem(rosterKey(account));
  await forgetConversations(host.indexedDB, account).catch(() => {});
  await clear(host.indexedDB, 'avatars').catch(() => {});
}
