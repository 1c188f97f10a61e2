// All conversations of the account: their logs, what is unread, what is half written. Knows no stanza.

import { Emitter } from '../core/base.mjs';
import { MessageLog } from './message-log.mjs';

const MOST = 10_000; // messages of one conversation in memory
const KEPT = 200; // conversations whose drafts and read marks are remembered

/** @param {string} account */
const marksKey = (account) => `edge.conversations.${account}`;
/** @param {string} account */
const sinceKey = (account) => `edge.since.${account}`;

/**
 * Takes drafts and read marks, and with them the addresses of others, from this computer. What came up to now counts as read.
 * @param {KeyValue} storage @param {string} account @param {number} now
 */
export function forgetMarks(storage, account, now) {
  storage.removeItem(marksKey(account));
  storage.setItem(sinceKey(account), String(now));
}

export class Conversation {
  log = new MessageLog();
  /** Somebody reads far up: what is there stays. */
  pinned = false;
  /** What it was called at an earlier visit. */
  name = '';
  unread = 0;
  mentioned = false;
  draft = '';
  /** Time up to which everything was read. */
  readTime = 0;
  /** Key of the first message that was unread when the conversation was opened. */
  dividerKey = '';
  /** Key of the last message we said was read. */
  lastMarked = '';
  lastTime = 0;
  /** Time of the last message behind which an archive may have more. */
  base = 0;
  /** @type {Set<string>} */
  composing = new Set();

  /** @param {string} jid bare @param {'chat' | 'room'} kind */
  constructor(jid, kind) {
    this.jid = jid;
    this.kind = kind;
  }

  /** What comes from now on may leave a gap. */
  fallBehind() {
    this.base = [...this.log.messages].reverse().find(({ delivery }) => delivery !== 'pending')?.time ?? 0;
  }
}

/** Events: change (Conversation), message ({ conversation, message, live }), update ({ conversation, message }), list,
 * removed ({ conversation }), trimmed ({ conversation, count }). */
export class Conversations extends Emitter {
  /** @type {Map<string, Conversation>} */
  all = new Map();
  /**
   * The one on the screen, while the page is looked at.
   * @type {Conversation | null}
   */
  watched = null;
  /** Signed out: nothing is written down any more. */
  over = false;
  /**
   * The one on the screen, looked at or not.
   * @type {Conversation | null}
   */
  shown = null;

  /**
   * @param {string} account @param {KeyValue} storage
   * @param {number} [now] what is older than this browser's first login counts as read
   */
  constructor(account, storage, now = 0) {
    super();
    this.storage = storage;
    this.storageKey = marksKey(account);
    this.since = Number(storage.getItem(sinceKey(account))) || now;
    storage.setItem(sinceKey(account), String(this.since));
    this.kept = this.#stored();
  }

  /** @returns {Record<string, { draft?: string, read?: number }>} */
  #stored() {
    try {
      return Object.assign(Object.create(null), JSON.parse(this.storage.getItem(this.storageKey) ?? '{}'));
    } catch {
      return Object.create(null); // what another version or a broken disk left is not worth an error
    }
  }

  /** Another tab wrote down what was read and half written there. */
  sync() {
    this.kept = this.#stored();
    for (const conversation of this.all.values()) {
      const { read = 0, draft = '' } = this.kept[conversation.jid] ?? {};
      if (this.shown !== conversation) conversation.draft = draft;
      if (read > conversation.readTime) this.#readUpTo(conversation, read);
      else this.emit('change', conversation);
    }
  }

  /**
   * Nobody is known to be writing any more.
   * @param {string} [jid] with this one alone
   */
  hush(jid) {
    for (const conversation of jid === undefined ? this.all.values() : [this.all.get(jid)]) {
      if (!conversation?.composing.size) continue;
      conversation.composing.clear();
      this.emit('change', conversation);
    }
  }

  /** @param {string} jid bare @param {'chat' | 'room'} [kind] @returns {Conversation} */
  open(jid, kind = 'chat') {
    let conversation = this.all.get(jid);
    if (!conversation) {
      conversation = new Conversation(jid, kind);
      conversation.draft = this.kept[jid]?.draft ?? '';
      conversation.readTime = this.kept[jid]?.read ?? this.since;
      this.all.set(jid, conversation);
      this.emit('list');
    }
    // An address that somebody wrote to may turn out to be a room.
    if (kind === 'room') conversation.kind = kind;
    return conversation;
  }

  /** @param {Conversation} conversation */
  dropKept(conversation) {
    if (conversation.log.dropKept()) this.emit('removed', { conversation });
  }

  /** @param {string} jid */
  close(jid) {
    this.all.delete(jid);
    this.emit('list');
  }

  /**
   * @param {Conversation} conversation @param {Message} message
   * @param {{ live?: boolean, mention?: boolean, earlier?: boolean }} more live: it just happened, and was not fetched from an archive;
   *   earlier: from a page older than what is here
   */
  add(conversation, message, { live = true, mention = false, earlier = false } = {}) {
    const added = conversation.log.add(message, earlier);
    if (!added.added) {
      this.emit('update', { conversation, message: added.message });
      return added;
    }
    conversation.lastTime = Math.max(conversation.lastTime, message.time);
    if (message.mine) {
      // Whoever answers, on whatever device, has read what was there; what waits here to be sent was written without that.
      if (message.delivery !== 'pending') this.readElsewhere(conversation, message.time);
    } else if (message.kind === 'text' && (live || message.time > conversation.readTime)) {
      if (this.watched === conversation) this.#read(conversation, message.time);
      else {
        if (conversation.unread === 0) conversation.dividerKey = message.key;
        conversation.unread += 1;
        conversation.mentioned ||= mention;
      }
    }
    this.emit('message', { conversation, message, live, mention });
    const gone = live && !conversation.pinned ? conversation.log.trim(MOST) : 0;
    if (gone > 0) this.emit('trimmed', { conversation, count: gone });
    return added;
  }

  /**
   * What an archive has behind everything we knew: in its order, whatever the clocks say.
   * @param {Conversation} conversation @param {Message} message @param {{ mention?: boolean }} more
   */
  addBehind(conversation, message, more) {
    message.time = Math.max(message.time, conversation.base + 1);
    const { added, message: known } = this.add(conversation, message, { ...more, live: false });
    if (!added && known.time <= conversation.base) {
      conversation.log.move(known, conversation.base + 1);
      this.emit('removed', { conversation });
    }
    conversation.base = known.time;
    return { added, message: known };
  }

  /**
   * Tries a message again that came back; it is a new one then, at the end.
   * @param {Conversation} conversation @param {Message} message @param {(body: string, more: { url: string }) => void} send
   */
  retry(conversation, message, send) {
    conversation.log.remove(message);
    this.emit('removed', { conversation, message });
    send(message.body, { url: message.url });
  }

  /** @param {Conversation} conversation @param {Message} message */
  touch(conversation, message) {
    this.emit('update', { conversation, message });
  }

  /** @param {Conversation | null} conversation the one that is looked at; null: none, or the page is hidden */
  watch(conversation) {
    this.watched = conversation;
    if (!conversation) return;
    const { messages } = conversation.log;
    if (conversation.unread > 0) {
      conversation.dividerKey = messages.find((m) => !m.mine && m.kind === 'text' && m.time > conversation.readTime)?.key ?? '';
    }
    if (conversation.log.last) this.#read(conversation, conversation.log.last.time);
    conversation.unread = 0;
    conversation.mentioned = false;
    this.emit('change', conversation);
  }

  /** @param {Conversation} conversation @param {string} draft */
  setDraft(conversation, draft) {
    conversation.draft = draft;
    this.#keep(conversation);
  }

  /** @param {Conversation} conversation @param {number} time */
  readElsewhere(conversation, time) {
    if (time <= conversation.readTime) return;
    this.#readUpTo(conversation, time);
    this.#keep(conversation);
  }

  /** @param {Conversation} conversation @param {number} time */
  #readUpTo(conversation, time) {
    conversation.readTime = time;
    conversation.unread = conversation.log.messages.filter((m) => !m.mine && m.kind === 'text' && m.time > time).length;
    if (conversation.unread === 0) conversation.mentioned = false;
    this.emit('change', conversation);
  }

  get unread() {
    let sum = 0;
    for (const { unread } of this.all.values()) sum += unread;
    return sum;
  }

  /** @param {Conversation} conversation @param {number} time */
  #read(conversation, time) {
    if (time <= conversation.readTime) return;
    conversation.readTime = time;
    this.#keep(conversation);
  }

  /** @param {Conversation} conversation */
  #keep({ jid, draft, readTime }) {
    if (this.over) return;
    this.kept = this.#stored(); // other tabs write there too
    delete this.kept[jid];
    this.kept[jid] = { ...(draft && { draft }), ...(readTime && { read: readTime }) };
    const names = Object.keys(this.kept);
    for (const name of names.slice(0, Math.max(0, names.length - KEPT))) delete this.kept[name];
    this.storage.setItem(this.storageKey, JSON.stringify(this.kept));
  }
}
