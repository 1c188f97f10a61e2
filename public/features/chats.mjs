// The conversation features of one client, wired to each other.

import { capsElement, Disco, FEATURES } from '../xmpp/disco.mjs';
import { bareOf, parseJid } from '../xmpp/jid.mjs';
import { Avatars } from './avatars.mjs';
import { Blocking } from './blocking.mjs';
import { Bookmarks, Invitations } from './bookmarks.mjs';
import { Carbons, Chat } from './chat.mjs';
import { Conversations } from './conversations.mjs';
import { Archive, History } from './history.mjs';
import { KeptConversations, stays } from './kept.mjs';
import { Rooms } from './muc.mjs';
import { startSelfPing } from './muc-ping.mjs';
import { Presence } from './presence.mjs';
import { Upload } from './upload.mjs';

/** @typedef {(wanted: (stanza: XmlElement) => boolean) => XmlElement[]} Owed
 *   takes what may have been lost with an earlier session, once it is known what arrived */
/** @typedef {ReturnType<typeof startChats>} Chats begin: what has to be done before we become available; it gives what has to be done after */

/** @param {Client} client */
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
  const bookmarks = new Bookmarks(router, disco);
  const invitations = new Invitations(router, (jid) => rooms.all.get(jid)?.state === 'in');
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

  /** @param {Bookmark} bookmark */
  const enter = ({ jid, nick, autojoin, password }) =>
    autojoin && !rooms.all.has(jid) && rooms.join(jid, nick || account.local, password).catch(() => {});
  /** @param {string} jid */
  const leave = (jid) => {
    const room = rooms.all.get(jid);
    if (room) rooms.leave(room);
  };
  // Another client enters or leaves, and we with it (XEP-0402 section 3.2).
  bookmarks.on('added', (bookmark) => (bookmark.autojoin ? void enter(bookmark) : leave(bookmark.jid)));
  bookmarks.on('removed', leave);
  rooms.on('renamed', ({ jid, nick }) => {
    const known = bookmarks.all.get(jid);
    if (known && known.nick !== nick) bookmarks.save({ ...known, nick }).catch(() => {});
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
    conversations, presence, chat, history, rooms, invitations, bookmarks, disco, blocking, upload, avatars, kept, nameOf,
    async begin() {
      const mark = history.fallBehind();
      const left = rooms.left();
      presence.along = [await capsElement(FEATURES)];
      await carbons.enable();
      void avatars.load();
      return async (/** @type {Owed} */ owed) => {
        // A room that keeps us waiting holds up nobody else's messages.
        const rejoined = rooms.rejoin(left, (jid) => chat.resend(owed(({ attrs }) => attrs.to === jid)));
        await history.catchUp(mark);
        chat.resend(owed(({ attrs }) => attrs.type !== 'groupchat'));
        kept.settle();
        await blocking.load().catch(() => {});
        const known = await bookmarks.load().then(() => true, () => false);
        for (const bookmark of bookmarks.all.values()) void enter(bookmark);
        // A room of an earlier visit that was left elsewhere since.
        for (const { jid, kind } of [...conversations.all.values()]) if (known && kind === 'room' && !rooms.all.has(jid)) conversations.close(jid);
        await rejoined;
        chat.resend(owed(() => true));
        if (stays(host.storage)) kept.start();
      };
    },
  };
}
