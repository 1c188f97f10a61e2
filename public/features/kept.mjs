// What stays on this computer for whoever stays signed in. Of the login a key that can sign but cannot be read, never the password:
// another salt makes it useless, and PLAIN leaves none; then the person is asked. Of recent conversations the last words, for the
// next visit, also without a network.

import { clear, read, remove, write } from '../core/idb.mjs';
import { forgetMarks } from './conversations.mjs';
import { makeMessage } from './message-log.mjs';
import { rosterKey } from './roster.mjs';

const LOGINS = 'logins';
const KEY = 'edge.stay';

/** @param {KeyValue} storage */
export const stays = (storage) => Boolean(storage.getItem(KEY));

/** @typedef {{ storage: KeyValue, indexedDB: IDBFactory, clock: Clock }} Host */

/** @param {Host} host @param {string} account @param {ScramKeys | null | undefined} keys */
export async function keepLogin({ storage, indexedDB }, account, keys) {
  storage.setItem(KEY, account);
  if (!keys) return;
  const { mechanism, salt, iterations, key } = keys;
  await write(indexedDB, LOGINS, account, { mechanism, salt, iterations, key });
}

/** @param {Host} host @returns {Promise<{ account: string, keys?: ScramKeys } | null>} */
export async function keptLogin({ storage, indexedDB }) {
  const account = storage.getItem(KEY);
  const keys = account && (await read(indexedDB, LOGINS, account));
  return account ? { account, keys: keys || undefined } : null;
}

/** @param {Host} host */
export async function forgetLogin({ storage, indexedDB }) {
  const account = storage.getItem(KEY);
  storage.removeItem(KEY);
  if (account) await remove(indexedDB, LOGINS, account);
}

/**
 * Takes from this computer what the account left there, as far as it can be fetched again.
 * @param {Host} host @param {string} account
 */
export async function forgetAccount(host, account) {
  await forgetLogin(host).catch(() => {});
  host.storage.removeItem(rosterKey(account));
  forgetMarks(host.storage, account, host.clock.now());
  await forgetConversations(host.indexedDB, account).catch(() => {});
  await clear(host.indexedDB, 'avatars').catch(() => {});
}

const STORE = 'conversations';
const CONVERSATIONS = 30;
const MESSAGES = 50; // of each
const PAUSE = 2_000; // one write for a burst
const OLDEST = 7 * 24 * 60 * 60 * 1000; // after so long catching up from there would take longer than starting anew

/**
 * @typedef {{ jid: string, kind: 'chat' | 'room', name: string, messages: Omit<Message, 'key'>[] }} KeptConversation
 * @typedef {{ time: number, newest: string, conversations: KeptConversation[] }} Kept
 */

export class KeptConversations {
  #planned = false;
  #active = false;
  /**
   * What was not confirmed when the last visit ended, and may never have left.
   * @type {{ conversation: Conversation, message: Message }[]}
   */
  #unsure = [];

  /**
   * @param {{ indexedDB: IDBFactory, clock: Clock }} host @param {string} account
   * @param {{ conversations: Conversations, history: import('./history.mjs').History, nameOf(jid: string): string }} features
   */
  constructor(host, account, features) {
    this.host = host;
    this.account = account;
    this.features = features;
  }

  /** @returns {Promise<boolean>} whether there was something */
  async restore() {
    const { indexedDB, clock } = this.host;
    /** @type {Kept | null} */
    const kept = await read(indexedDB, STORE, this.account).catch(() => null);
    if (!kept || clock.now() - kept.time > OLDEST) return false;
    const { conversations, history } = this.features;
    for (const { jid, kind, name, messages } of kept.conversations) {
      const conversation = conversations.open(jid, kind);
      conversation.name = name;
      for (const one of messages) {
        const { message } = conversations.add(conversation, makeMessage({ ...one, kept: true }), { live: false });
        if (message.delivery === 'pending') this.#unsure.push({ conversation, message });
      }
    }
    history.goOnFrom(kept.newest);
    return kept.conversations.length > 0;
  }

  /** After the archive was read: what it does not have did not leave. */
  settle() {
    for (const { conversation, message } of this.#unsure.splice(0)) {
      if (message.delivery === 'pending' && conversation.log.deliver(message, 'failed')) this.features.conversations.touch(conversation, message);
    }
  }

  start() {
    if (this.#active) return;
    this.#active = true;
    for (const event of ['message', 'update', 'removed', 'list']) this.features.conversations.on(event, () => this.#plan());
    this.#plan();
  }

  #plan() {
    if (this.#planned) return;
    this.#planned = true;
    this.host.clock.after(PAUSE, () => {
      this.#planned = false;
      void this.save().catch(() => {}); // a full disk takes nothing away from the chat
    });
  }

  async save() {
    const { conversations, history, nameOf } = this.features;
    const recent = [...conversations.all.values()].filter(({ log }) => log.last).sort((a, b) => b.lastTime - a.lastTime).slice(0, CONVERSATIONS);
    /** @type {Kept} */
    const kept = {
      time: this.host.clock.now(), newest: history.mark(),
      conversations: recent.map(({ jid, kind, log }) => ({
        jid, kind, name: nameOf(jid), messages: log.messages.filter((message) => message.kind === 'text').slice(-MESSAGES).map(({ key: _, ...message }) => message),
      })),
    };
    await write(this.host.indexedDB, STORE, this.account, kept);
  }
}

/** @param {IDBFactory} indexedDB @param {string} account */
const forgetConversations = (indexedDB, account) => remove(indexedDB, STORE, account);
