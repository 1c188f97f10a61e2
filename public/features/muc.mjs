// Rooms (XEP-0045): joining and leaving, who is there, what is said, what moderators do. Believes messages and
// history from the room only, corrections from the same occupant only.

import { randomId } from '../core/bytes.mjs';
import { Emitter } from '../core/base.mjs';
import { StanzaError, stanzaError } from '../xmpp/errors.mjs';
import { bareOf, parseJid } from '../xmpp/jid.mjs';
import { CONFERENCE, MAM, MUC, MUC_OWNER, MUC_USER, OCCUPANT_ID } from '../xmpp/ns.mjs';
import { defaultForm } from '../xmpp/forms.mjs';
import { el } from '../xmpp/xml.mjs';
import { senderIds } from './chat.mjs';
import { applyChange } from './changes.mjs';
import { chatStateMessage, parseMessage, textMessage } from './message.mjs';
import { inOrder } from './mam.mjs';
import { afterStamp, makeMessage } from './message-log.mjs';
import { Room } from './room.mjs';
/** @typedef {import('../xmpp/xml.mjs').XmlElement} XmlElement */
/** @typedef {import('./conversations.mjs').Conversation} Conversation */
/** @typedef {import('./message-log.mjs').Message} Message */

const JOIN_LIMIT = 20_000;
const HISTORY = 50; // messages to ask for, where the room has no archive
// XEP-0045 section 15.6.2: status codes that put us out.
const OUT = /** @type {Record<string, string>} */ ({ 301: 'banned', 307: 'kicked', 321: 'removed', 322: 'removed', 332: 'gone', 333: 'gone' });

/**
 * Who invites: servers name the occupant or the real address.
 * @param {string} room @param {string} from
 */
const inviter = (room, from) => (bareOf(from) === room ? (parseJid(from)?.resource ?? room) : bareOf(from));

/** Events: change (Room), invited ({ jid, from, reason }), event, trouble, destroyed (address). */
export class Rooms extends Emitter {
  /** @type {Map<string, Room>} */
  all = new Map();
  /** @type {Map<string, { resolve(): void, reject(error: Error): void }>} */
  #joining = new Map();

  /**
   * @param {import('../xmpp/router.mjs').Router} router @param {import('./conversations.mjs').Conversations} conversations
   * @param {import('./mam.mjs').Archive} archive @param {import('../xmpp/disco.mjs').Disco} disco
   */
  constructor(router, conversations, archive, disco) {
    super();
    this.router = router;
    this.conversations = conversations;
    this.archive = archive;
    this.disco = disco;
    router.on('presence', (stanza) => this.#presence(stanza));
    router.on('message', (stanza) => this.#message(stanza));
  }

  /** @param {string} jid bare @param {string} nick @param {string} [password] throws StanzaError */
  async join(jid, nick, password = '') {
    const room = this.all.get(jid) ?? new Room(jid, nick);
    this.all.set(jid, room);
    const conversation = this.conversations.open(jid, 'room');
    room.nick = nick;
    room.password = password;
    room.state = 'joining';
    room.trouble = '';
    room.occupants.clear();
    this.emit('change', room);
    try {
      const existed = await this.#learn(room);
      await this.#answered(jid, () => this.router.send(el('presence', { to: room.address }, el('x', { xmlns: MUC },
        el('history', { maxstanzas: room.archived ? 0 : HISTORY }), password && el('password', {}, password)))));
      room.state = 'in';
      if (!existed) await this.#learn(room);
      if (room.archived) await this.#catchUp(room, conversation);
    } catch (error) {
      room.state = '';
      room.trouble = error instanceof StanzaError ? error.condition : 'gone';
      throw error;
    } finally {
      this.emit('change', room);
    }
  }

  /** @param {Room} room @returns {Promise<boolean>} false: it may be that it does not exist yet */
  async #learn(room) {
    const info = await this.disco.info(room.jid).catch(() => null);
    room.name = info?.name ?? room.name;
    room.archived = info?.features.has(MAM) ?? false;
    room.lastingIds = info?.features.has(OCCUPANT_ID) ?? false;
    return info !== null;
  }

  /**
   * Waits until a room lets us in or not; a later attempt takes the place of an earlier one.
   * @param {string} jid @param {() => void} ask
   */
  async #answered(jid, ask) {
    this.#joining.get(jid)?.reject(new StanzaError('session-lost', 'wait'));
    /** @type {{ resolve(): void, reject(error: Error): void }} */
    let attempt = { resolve() {}, reject() {} };
    const joined = new Promise((resolve, reject) => (attempt = { resolve: () => resolve(undefined), reject }));
    this.#joining.set(jid, attempt);
    const cancel = this.router.clock.after(JOIN_LIMIT, () => attempt.reject(new StanzaError('remote-server-timeout', 'wait')));
    ask();
    try {
      await joined;
    } finally {
      cancel();
      if (this.#joining.get(jid) === attempt) this.#joining.delete(jid);
    }
  }

  /** The rooms a lost session was in. */
  left() {
    return [...this.all.values()].filter(({ state, trouble }) => state !== '' || trouble === 'gone');
  }

  /**
   * After a new session every room has to be entered again.
   * @param {Room[]} rooms
   */
  async rejoin(rooms) {
    await Promise.all(rooms.filter(({ jid }) => this.all.has(jid)).map((room) => this.join(room.jid, room.nick, room.password).catch(() => {})));
  }

  /** @param {Room} room */
  leave(room) {
    this.router.send(el('presence', { to: room.address, type: 'unavailable' }));
    this.all.delete(room.jid);
    this.conversations.close(room.jid);
  }

  /** @param {Room} room @param {string} nick */
  changeNick(room, nick) {
    this.router.send(el('presence', { to: `${room.jid}/${nick}` }));
  }

  /** @param {Room} room @param {string} subject */
  setSubject(room, subject) {
    this.router.send(el('message', { to: room.jid, type: 'groupchat' }, el('subject', {}, subject)));
  }

  /** @param {Room} room @param {string} jid @param {string} reason */
  invite(room, jid, reason) {
    this.router.send(el('message', { to: room.jid }, el('x', { xmlns: MUC_USER }, el('invite', { to: jid }, reason && el('reason', {}, reason)))));
  }

  /** @param {Conversation} conversation @param {string} body @param {{ url?: string }} more */
  send(conversation, body, { url } = {}) {
    const room = this.all.get(conversation.jid);
    const from = room?.address ?? `${conversation.jid}/${this.router.connection.jid.local}`;
    const id = randomId();
    this.conversations.add(conversation, makeMessage({
      id, ids: senderIds(from, id), from, mine: true, body, url, time: this.router.clock.now(), delivery: room ? 'pending' : 'failed',
    }));
    if (room) this.router.send(textMessage({ to: room.jid, type: 'groupchat', id, body, url }));
  }

  /** @param {Conversation} conversation @param {Message} message @param {string} body */
  correct(conversation, message, body) {
    this.router.send(textMessage({ to: conversation.jid, type: 'groupchat', id: randomId(), body, replaces: message.id }));
  }

  /** @param {Conversation} conversation @param {string} state */
  sendState(conversation, state) {
    if (this.all.get(conversation.jid)?.state === 'in') this.router.send(chatStateMessage(conversation.jid, 'groupchat', state));
  }

  /**
   * A page older than what we have.
   * @param {Conversation} conversation
   */
  async older(conversation) {
    const room = this.all.get(conversation.jid);
    if (!room?.archived) return false;
    const oldest = conversation.log.messages.find(({ archiveId }) => archiveId)?.archiveId ?? '';
    const { messages, complete } = await this.archive.page({ room: room.jid, before: oldest, max: 50 });
    this.#history(room, messages);
    return !complete && messages.length > 0;
  }

  /** @param {Room} room @param {Conversation} conversation */
  async #catchUp(room, conversation) {
    try {
      if (!room.newest && conversation.log.last) await this.#join(room, conversation);
      else if (room.newest) await this.archive.follow({ room: room.jid, after: room.newest }, (messages) => this.#history(room, messages, true));
      else this.#history(room, (await this.archive.page({ room: room.jid, before: '', max: HISTORY })).messages, true);
    } catch {
      // A room whose archive does not answer is still a room.
    }
  }

  /**
   * What an earlier visit left is only of use when the last page reaches down to it.
   * @param {Room} room @param {Conversation} conversation
   */
  async #join(room, conversation) {
    const { messages } = await this.archive.page({ room: room.jid, before: '', max: HISTORY });
    if (messages.length > 0 && !messages.some(({ archiveId }) => conversation.log.find(`archive ${archiveId}`))) this.conversations.dropKept(conversation);
    this.#history(room, messages, true);
  }

  /** @param {Room} room @param {import('./mam.mjs').Archived[]} messages @param {boolean} [newest] */
  #history(room, messages, newest = false) {
    const earlier = !newest;
    for (const { stanza, delay, archiveId } of inOrder(messages, earlier)) {
      this.#receive(room, stanza, { delay, archiveId, live: false, earlier });
    }
    if (newest) room.newest = messages[messages.length - 1]?.archiveId ?? room.newest;
  }

  /** @param {XmlElement} stanza */
  #presence(stanza) {
    const from = parseJid(stanza.attrs.from);
    const room = from && this.all.get(from.bare);
    if (!from || !room) return false;
    room.heard = this.router.clock.now();
    if (!from.resource && stanza.attrs.type !== 'error') return true; // the room's own, with its picture
    if (stanza.attrs.type === 'error') {
      const error = stanzaError(stanza);
      if (this.#joining.has(room.jid)) this.#joining.get(room.jid)?.reject(error);
      else this.emit('trouble', { room, error });
      return true;
    }
    const user = stanza.child('x', MUC_USER);
    const item = user?.child('item')?.attrs ?? {};
    const codes = new Set(user?.elements('status').map(({ attrs }) => attrs.code ?? ''));
    const self = codes.has('110') || from.resource === room.nick;
    if (stanza.attrs.type === 'unavailable') this.#left(room, from.resource, item, codes, self, Boolean(user?.child('destroy')));
    else {
      room.occupants.set(from.resource, {
        nick: from.resource, jid: bareOf(item.jid), role: item.role ?? 'none', affiliation: item.affiliation ?? 'none',
        show: stanza.childText('show') ?? 'online', occupantId: stanza.child('occupant-id', OCCUPANT_ID)?.attrs.id ?? '',
      });
      if (codes.has('110')) {
        room.nick = from.resource;
        room.state = 'in';
        // A room we made is closed to others until somebody says how it is to be (section 10.1).
        if (codes.has('201')) this.router.ask('set', el('query', { xmlns: MUC_OWNER }, defaultForm()), room.jid).catch(() => {});
        this.#joining.get(room.jid)?.resolve();
      }
    }
    this.emit('change', room);
    return true;
  }

  /** @param {Room} room @param {string} nick @param {Record<string, string>} item @param {Set<string>} codes @param {boolean} self @param {boolean} destroyed */
  #left(room, nick, item, codes, self, destroyed) {
    room.occupants.delete(nick);
    this.#writing(this.conversations.open(room.jid, 'room'), nick, false);
    if (codes.has('303') && item.nick) {
      if (self) room.nick = item.nick;
      this.emit('event', { room, kind: 'renamed', nick, other: item.nick });
      return;
    }
    const reason = Object.keys(OUT).find((code) => codes.has(code));
    if (reason && OUT[reason] !== 'gone') this.emit('event', { room, kind: OUT[reason], nick, other: '' });
    if (!self) return;
    room.state = '';
    room.trouble = destroyed ? 'destroyed' : reason ? OUT[reason] : '';
    if (destroyed) this.emit('destroyed', room.jid);
    room.occupants.clear();
    this.#joining.get(room.jid)?.reject(new StanzaError(room.trouble || 'gone'));
  }

  /** @param {XmlElement} stanza */
  #message(stanza) {
    const { from = '', type } = stanza.attrs;
    const room = this.all.get(bareOf(from));
    const invite = stanza.child('x', MUC_USER)?.child('invite') ?? null;
    const direct = stanza.child('x', CONFERENCE);
    if (type !== 'error' && (invite || direct)) {
      const jid = invite ? bareOf(from) : bareOf(direct?.attrs.jid);
      if (jid && !this.all.has(jid)) this.emit('invited', { jid, from: inviter(jid, invite?.attrs.from ?? from), reason: invite?.childText('reason') ?? direct?.attrs.reason ?? '' });
      return true;
    }
    if (room && type === 'error') return this.#failed(room, stanza);
    if (type !== 'groupchat') return false;
    // What claims to come from a room we are not in comes from somebody who wants to be taken for one.
    if (room) {
      room.heard = this.router.clock.now();
      this.#receive(room, stanza, { live: true });
    }
    return true;
  }

  /** @param {Room} room @param {XmlElement} stanza @param {{ delay?: number, archiveId?: string, live: boolean, earlier?: boolean }} more */
  #receive(room, stanza, { delay = 0, archiveId = '', live, earlier = false }) {
    const parsed = parseMessage(stanza);
    const from = parseJid(parsed.from);
    if (!from || from.bare !== room.jid) return;
    const conversation = this.conversations.open(room.jid, 'room');
    // Only the room itself can say that something was said before.
    const past = delay || (bareOf(parsed.delayFrom || room.jid) === room.jid ? parsed.delay : 0);
    if (parsed.subject !== null && parsed.body === null) {
      if (!archiveId) room.subject = parsed.subject;
      this.emit('change', room);
      return;
    }
    const sender = from.toString();
    const author = room.lastingIds && parsed.occupantId ? `${room.jid} ${parsed.occupantId}` : sender;
    if (parsed.change) {
      this.#change(conversation, parsed.change, { from: sender, author, time: past || this.router.clock.now(), isRoom: !from.resource });
      return;
    }
    if (!from.resource) return;
    const mine = from.resource === room.nick;
    if (live && !past && !mine) this.#writing(conversation, from.resource, parsed.chatState === 'composing' && parsed.body === null);
    if (parsed.body === null && !parsed.retracted) return;
    if (parsed.replaces) {
      const corrected = conversation.log.correct(`${author} ${parsed.replaces}`, author, parsed.body ?? '');
      if (corrected) this.conversations.touch(conversation, corrected);
      if (corrected) return;
    }
    const known = archiveId || parsed.stanzaIds.get(room.jid) || '';
    if (known && !archiveId) room.newest = known;
    const stamp = past;
    const last = conversation.log.last?.time ?? 0;
    const time = stamp ? (earlier ? stamp : afterStamp(stamp, last)) : this.router.clock.now();
    const message = makeMessage({
      id: parsed.id || parsed.originId, author, ids: [...new Set([...senderIds(sender, parsed.id, parsed.originId), ...senderIds(author, parsed.id, parsed.originId)]), ...(known ? [`archive ${known}`] : [])],
      from: sender, mine, body: parsed.body ?? '', time, delivery: mine ? 'sent' : '',
      encrypted: parsed.encrypted, url: parsed.url, archiveId: known, quote: parsed.quote, retracted: parsed.retracted,
    });
    const mention = !mine && message.body.toLowerCase().includes(room.nick.toLowerCase());
    this.conversations.add(conversation, message, { live: live && !past, mention, earlier });
  }

  /**
   * In rooms a message goes by the id the room gave it (XEP-0444, XEP-0424); older clients name the sender's.
   * @param {Conversation} conversation @param {import('./changes.mjs').Change} change
   * @param {{ from: string, author: string, time: number, isRoom: boolean }} sender
   */
  #change(conversation, change, sender) {
    const ids = [`archive ${change.id}`, ...(sender.isRoom ? [] : senderIds(sender.author, change.id))];
    conversation.log.whenThere(ids, (message) => {
      if (applyChange(message, change, sender)) this.conversations.touch(conversation, message);
    });
  }

  /** @param {Conversation} conversation @param {string} nick @param {boolean} writing */
  #writing(conversation, nick, writing) {
    if (writing === conversation.composing.has(nick)) return;
    if (writing) conversation.composing.add(nick);
    else conversation.composing.delete(nick);
    this.conversations.emit('change', conversation);
  }

  /** @param {Room} room @param {XmlElement} stanza */
  #failed(room, stanza) {
    const conversation = this.conversations.all.get(room.jid);
    const message = conversation?.log.find(`${room.address} ${stanza.attrs.id}`);
    const error = stanzaError(stanza);
    if (conversation && message && conversation.log.deliver(message, 'failed')) {
      message.error = error.condition;
      this.conversations.touch(conversation, message);
    } else {
      this.emit('trouble', { room, error });
    }
    return true;
  }
}
