// The conversation features of one client, wired to each other.

import { Carbons } from './carbons.mjs';
import { Chat } from './chat.mjs';
import { Conversations } from './conversations.mjs';
import { Presence } from './presence.mjs';

/**
 * @typedef {{
 *   conversations: Conversations, presence: Presence, chat: Chat, begin(): Promise<void>, catchUp(): Promise<void>,
 * }} Chats
 */

/** @param {import('./client.mjs').Client} client @returns {Chats} */
export function startChats({ account, router, roster, host }) {
  const conversations = new Conversations(account.bare, host.storage);
  // Strangers learn nothing about whether we are there (XEP-0184 section 8, XEP-0333 section 8).
  const privacy = { mayReveal: (/** @type {string} */ jid) => ['from', 'both'].includes(roster.contacts.get(jid)?.subscription ?? '') };
  const presence = new Presence(router);
  /** @type {Chat} */
  let chat;
  const carbons = new Carbons(router, (message, delay) => chat.receive(message, { delay }));
  chat = new Chat(router, conversations, privacy);
  return {
    conversations,
    presence,
    chat,
    begin: () => carbons.enable(),
    catchUp: async () => {},
  };
}
