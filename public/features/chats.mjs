// The conversation features of one client, wired to each other.

import { capsElement } from '../xmpp/caps.mjs';
import { Disco, FEATURES } from '../xmpp/disco.mjs';
import { bareOf, parseJid } from '../xmpp/jid.mjs';
import { Avatars } from './avatars.mjs';
import { Blocking } from './blocking.mjs';
import { Bookmarks } from './bookmarks.mjs';
import { Carbons } from './carbons.mjs';
import { Chat } from './chat.mjs';
import { Conversations } from './conversations.mjs';
import { History } from './history.mjs';
import { KeptConversations } from './kept.mjs';
import { Archive } from './mam.mjs';
import { Rooms } from './muc.mjs';
import { startSelfPing } from './muc-ping.mjs';
import { Presence } from './presence.mjs';
import { stays } from './stay.mjs';
import { Upload } from './upload.mjs';

/**
 * @typedef {{
 *   conversations: Conversations, presence: Presence, chat: Chat, history: History, rooms: Rooms, bookmarks: Bookmarks, disco: Disco,
 *   blocking: Blocking, upload: Upload, avatars: Avatars, kept: KeptConversations, nameOf(jid: string): string, begin(): Promise<() => Promise<void>>,
 * }} Chats begin: what has to be done before we become available; it gives what has to be done after
 */

/** @param {import('./client.mjs').Client} client @returns {Chats} */
export function startChats({ account, router, roster, host }) {
  const conversations = new Conversations(account.bare, host.storage, host.clock.now());
  // Strangers learn nothing about whether we are there (XEP-0184 section 8, XEP-0333 section 8).
  const privacy = {
    mayReveal: (/** @type {string} */ jid) => ['from', 'both'].includes(roster.contacts.get(jid)?.subscription ?? ''),
    inRoom: (/** @type {string} */ jid) => rooms.all.has(bareOf(jid)),
  };
  /** @type {Rooms} */
  let rooms;
  const disco = new Disco(router);
  const archive = new Archive(router);
  const bookmarks = new Bookmarks(router);
  const blocking = new Blocking(router);
  const upload = new Upload(router, disco, host.put);
  /** @type {Chat} */
  let chat;
  const carbons = new Carbons(router, (message, delay) => chat.receive(message, { delay }));
  const avatars = new Avatars(router, host);
  // Rooms see stanzas before presence and chat do: what comes from a room is theirs.
  rooms = new Rooms(router, conversations, archive, disco);
  startSelfPing(router, rooms);
  const presence = new Presence(router);
  presence.on('own', (make) => {
    for (const room of rooms.all.values()) if (room.state === 'in') router.send(make(room.address));
  });
  // Whoever went while writing does not say so.
  presence.on('change', (jid) => jid && presence.of(jid).show === 'offline' && conversations.hush(jid));
  router.connection.on('state', ({ name }) => void (name === 'online' || conversations.hush()));
  chat = new Chat(router, conversations, privacy);
  const history = new History(archive, chat, conversations);

  /** @param {import('./bookmarks.mjs').Bookmark} bookmark */
  const enter = ({ jid, nick, autojoin }) => autojoin && !rooms.all.has(jid) && rooms.join(jid, nick || account.local).catch(() => {});
  bookmarks.on('added', enter);
  bookmarks.on('removed', (jid) => {
    const room = rooms.all.get(jid);
    if (room) rooms.leave(room);
  });
  // A room that is gone must not be made anew by the next login.
  rooms.on('destroyed', (jid) => bookmarks.remove(jid).catch(() => {}));
  /** @param {string} jid */
  const nameOf = (jid) => {
    const room = rooms.all.get(jid);
    if (room) return bookmarks.all.get(jid)?.name || room.name || roster.nameOf(jid);
    const occupant = rooms.all.has(bareOf(jid)) ? parseJid(jid)?.resource : '';
    return occupant || roster.contacts.get(jid)?.name || conversations.all.get(jid)?.name || roster.nameOf(jid);
  };
  const kept = new KeptConversations(host, account.bare, { conversations, history, nameOf });
  return {
    conversations, presence, chat, history, rooms, bookmarks, disco, blocking, upload, avatars, kept, nameOf,
    async begin() {
      const mark = history.mark();
      const left = rooms.left();
      presence.along = [await capsElement(FEATURES)];
      await carbons.enable();
      void avatars.load();
      return async () => {
        const rejoined = rooms.rejoin(left);
        await history.catchUp(mark);
        kept.settle();
        await blocking.load().catch(() => {});
        const known = await bookmarks.load().then(() => true, () => false);
        for (const bookmark of bookmarks.all.values()) void enter(bookmark);
        // A room of an earlier visit that was left elsewhere since.
        for (const { jid, kind } of [...conversations.all.values()]) if (known && kind === 'room' && !rooms.all.has(jid)) conversations.close(jid);
        await rejoined;
        if (stays(host.storage)) kept.start();
      };
    },
  };
}
