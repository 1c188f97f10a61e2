// Rooms (XEP-0045): joining and leaving, who is there, what is said, what moderators do. Believes messages and
// history from the room only, corrections from the same occupant only.

import { randomId } from '../core/bytes.mjs';
import { Emitter } from '../core/base.mjs';
import { StanzaError, stanzaError } from '../xmpp/errors.mjs';
import { bareOf, parseJid } from '../xmpp/jid.mjs';
import { DATA_FORM, MAM, MUC, MUC_OWNER, MUC_USER, OCCUPANT_ID } from '../xmpp/ns.mjs';
import { defaultForm, readForm, submitForm } from '../xmpp/forms.mjs';
import { el } from '../xmpp/xml.mjs';
import { senderIds } from './chat.mjs';
import { applyChange, chatStateMessage, parseMessage, textMessage } from './message.mjs';
import { inOrder } from './history.mjs';
import { afterStamp, makeMessage } from './message-log.mjs';
import { Room } from './room.mjs';

const JOIN_LIMIT = 20_000;
const LASTING = 'muc#roomconfig_persistentroom';
const REASON_LIMIT = 500;
const HISTORY = 50; // messages to ask for, where the room has no archive
// XEP-0045 section 15.6.2: status codes that put us out. The last that fits counts.
const OUT = /** @type {[string, string][]} */ ([
  ['301', 'banned'], ['307', 'kicked'], ['321', 'removed'], ['322', 'removed'], ['332', 'gone'], ['333', 'gone'],
]);

// Where letters beside a name make another word of it; other scripts write without spaces.
const LETTER = '[\\p{Script=Latin}\\p{Script=Cyrillic}\\p{Script=Greek}\\p{N}_]';

/** @param {string} body @param {string} nick */
export const names = (body, nick) => new RegExp(`(?<!${LETTER})${nick.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}(?!${LETTER})`, 'iu').test(body);

/** Events: change (Room), event, trouble, renamed (Room: we), destroyed (address). */
export class Rooms extends Emitter {
  /** @type {Map<string, Room>} */
  all = new Map();
  /** @type {Map<string, { resolve(): void, reject(error: Error): void }>} */
  #joining = new Map();
  /**
   * Written before the room let us in.
   * @type {Map<string, XmlElement[]>}
   */
  #waiting = new Map();

  /**
   * @param {Router} router @param {Conversations} conversations
   * @param {Archive} archive @param {Disco} disco
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
    const attempt = (room.joined += 1);
    room.nick = nick;
    room.password = password;
    room.state = 'joining';
    Object.assign(room, { trouble: '', reason: '', elsewhere: '', behind: true, latest: '' });
    conversation.fallBehind();
    room.occupants.clear();
    this.emit('change', room);
    try {
      const existed = await this.#learn(room);
      await this.#answered(jid, () => this.router.send(el('presence', { to: room.address }, el('x', { xmlns: MUC },
        el('history', { maxstanzas: room.archived ? 0 : HISTORY }), password && el('password', {}, password)))));
      room.state = 'in';
      this.emit('change', room);
      for (const stanza of this.#take(jid)) this.router.send(stanza);
      await room.made; // before that it says nothing about itself
      if (!existed) await this.#learn(room);
      if (room.archived) await this.#catchUp(room, conversation);
    } catch (error) {
      if (attempt !== room.joined) throw error; // another one is under way
      room.state = '';
      room.trouble = error instanceof StanzaError ? error.condition : 'gone';
      if (!room.passing) for (const { attrs } of this.#take(jid)) this.#undelivered(conversation, `own ${attrs.id}`, room.trouble);
      throw error;
    } finally {
      this.emit('change', room);
    }
  }

  /** @param {string} jid */
  #take(jid) {
    const waiting = this.#waiting.get(jid) ?? [];
    this.#waiting.delete(jid);
    return waiting;
  }

  /** @param {Conversation} conversation @param {string} id @param {string} why */
  #undelivered(conversation, id, why) {
    const message = conversation.log.find(id);
    if (!message || !conversation.log.deliver(message, 'failed')) return false;
    message.error = why;
    this.conversations.touch(conversation, message);
    return true;
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

  left() {
    return [...this.all.values()].filter(({ state, passing }) => state !== '' || passing);
  }

  /** @param {Room[]} rooms @param {(jid: string) => void} [then] called for each that was, when it is known what it has of us */
  async rejoin(rooms, then) {
    await Promise.all(rooms.filter(({ jid }) => this.all.has(jid)).map((room) =>
      this.join(room.jid, room.nick, room.password).then(() => then?.(room.jid), () => {})));
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
    const out = room !== undefined && room.state === '' && !room.passing;
    const stanza = textMessage({ to: conversation.jid, type: 'groupchat', id, body, url });
    this.conversations.add(conversation, makeMessage({
      id, ids: [...senderIds(from, id), `own ${id}`], from, mine: true, body, url, time: this.router.clock.now(), delivery: out ? 'failed' : 'pending', error: out ? 'not-acceptable' : '',
    }));
    if (room?.state === 'in') this.router.send(stanza);
    else if (!out) this.#waiting.set(conversation.jid, [...(this.#waiting.get(conversation.jid) ?? []), stanza]);
  }

  /** @param {Conversation} conversation @param {Message} message @param {string} body */
  correct(conversation, message, body) {
    this.router.send(textMessage({ to: conversation.jid, type: 'groupchat', id: randomId(), body, replaces: message.id }));
  }

  /** @param {Conversation} conversation @param {string} state */
  sendState(conversation, state) {
    if (this.all.get(conversation.jid)?.state === 'in') this.router.send(chatStateMessage(conversation.jid, 'groupchat', state));
  }

  /** @param {Conversation} conversation */
  async older(conversation) {
    const room = this.all.get(conversation.jid);
    if (room?.state !== 'in') throw new StanzaError('not-acceptable', 'wait'); // what it has is not known yet
    if (!room.archived) return false;
    const oldest = conversation.log.messages.find(({ archiveId }) => archiveId)?.archiveId ?? '';
    const { messages, complete } = await this.archive.page({ room: room.jid, before: oldest, max: 50 });
    this.#history(room, messages);
    return !complete && messages.length > 0;
  }

  /** @param {Room} room @param {Conversation} conversation */
  async #catchUp(room, conversation) {
    const attempt = room.joined;
    try {
      if (!room.newest && conversation.log.last) await this.#join(room, conversation);
      else if (room.newest) await this.archive.follow({ room: room.jid, after: room.newest }, (messages) => this.#history(room, messages, true));
      else this.#history(room, (await this.archive.page({ room: room.jid, before: '', max: HISTORY })).messages, true);
      if (attempt !== room.joined) return;
      room.behind = false;
      room.newest = room.latest || room.newest;
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

  /** @param {Room} room @param {Archived[]} messages @param {boolean} [newest] */
  #history(room, messages, newest = false) {
    const earlier = !newest;
    for (const { stanza, delay, archiveId } of inOrder(messages, earlier)) {
      this.#receive(room, stanza, { delay, archiveId, live: false, earlier, behind: newest });
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
    const destroy = user?.child('destroy') ?? null;
    const codes = new Set(user?.elements('status').map(({ attrs }) => attrs.code ?? ''));
    const self = codes.has('110') || from.resource === room.nick;
    if (stanza.attrs.type === 'unavailable') {
      const reason = ((destroy ?? user?.child('item'))?.childText('reason') ?? '').slice(0, REASON_LIMIT);
      this.#left(room, from.resource, item, codes, self, reason, destroy);
    } else {
      room.occupants.set(from.resource, {
        nick: from.resource, jid: bareOf(item.jid), role: item.role ?? 'none', affiliation: item.affiliation ?? 'none',
        show: stanza.childText('show') ?? 'online', occupantId: stanza.child('occupant-id', OCCUPANT_ID)?.attrs.id ?? '',
      });
      if (codes.has('110')) {
        room.nick = from.resource;
        room.state = 'in';
        if (codes.has('201')) room.made = this.#furnish(room);
        this.#joining.get(room.jid)?.resolve();
      }
    }
    this.emit('change', room);
    return true;
  }

  /**
   * A room we made is closed to others until somebody says how it is to be (section 10.1): as the server proposes, but it
   * stays when everybody is away, since it stays among the bookmarks.
   * @param {Room} room
   */
  async #furnish({ jid }) {
    const ask = (/** @type {'get' | 'set'} */ type, /** @type {XmlElement | null} */ form) => this.router.ask(type, el('query', { xmlns: MUC_OWNER }, form), jid);
    try {
      const form = readForm((await ask('get', null)).child('query', MUC_OWNER)?.child('x', DATA_FORM));
      if (!form?.fields.some(({ name }) => name === LASTING)) throw new Error('no such setting');
      await ask('set', submitForm(form, new Map([[LASTING, ['1']]])));
    } catch {
      await ask('set', defaultForm()).catch(() => {});
    }
  }

  /**
   * @param {Room} room @param {string} nick @param {Record<string, string>} item @param {Set<string>} codes @param {boolean} self
   * @param {string} reason @param {XmlElement | null} destroy
   */
  #left(room, nick, item, codes, self, reason, destroy) {
    const conversation = this.conversations.open(room.jid, 'room');
    room.occupants.delete(nick);
    this.#writing(conversation, nick, false);
    // Whoever comes next under that name is somebody else, and may not change what was said (XEP-0308 section 5).
    if (!self && !room.lastingIds) conversation.log.disown(`${room.jid}/${nick}`);
    if (codes.has('303') && item.nick) {
      if (self) room.nick = item.nick;
      if (self) this.emit('renamed', room);
      this.emit('event', { room, kind: 'renamed', nick, other: item.nick, reason: '' });
      return;
    }
    const why = OUT.filter(([code]) => codes.has(code)).pop()?.[1] ?? '';
    if (why && why !== 'gone') this.emit('event', { room, kind: why, nick, other: '', reason });
    if (!self) return;
    room.state = '';
    room.trouble = destroy ? 'destroyed' : why;
    room.reason = reason;
    room.elsewhere = bareOf(destroy?.attrs.jid);
    if (destroy) this.emit('destroyed', room.jid);
    room.occupants.clear();
    this.#joining.get(room.jid)?.reject(new StanzaError(room.trouble || 'gone'));
  }

  /** @param {XmlElement} stanza */
  #message(stanza) {
    const { from = '', type } = stanza.attrs;
    const room = this.all.get(bareOf(from));
    if (room && type === 'error') return this.#failed(room, stanza);
    if (type !== 'groupchat') return false;
    // What claims to come from a room we are not in comes from somebody who wants to be taken for one.
    if (room) {
      room.heard = this.router.clock.now();
      this.#receive(room, stanza, { live: true });
    }
    return true;
  }

  /** @param {Room} room @param {XmlElement} stanza @param {{ delay?: number, archiveId?: string, live: boolean, earlier?: boolean, behind?: boolean }} more */
  #receive(room, stanza, { delay = 0, archiveId = '', live, earlier = false, behind = false }) {
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
    const mine = from.resource === room.nick;
    const author = room.lastingIds && parsed.occupantId ? `${room.jid} ${parsed.occupantId}` : sender;
    if (parsed.change) {
      this.#change(conversation, parsed.change, { from: sender, author, time: past || this.router.clock.now(), isRoom: !from.resource });
      return;
    }
    if (!from.resource) return;
    if (live && !past && !mine) this.#writing(conversation, from.resource, parsed.chatState === 'composing' && parsed.body === null);
    if (parsed.body === null && !parsed.retracted) return;
    if (parsed.replaces) {
      const corrected = conversation.log.correct(`${author} ${parsed.replaces}`, author, parsed.body ?? '');
      if (corrected) this.conversations.touch(conversation, corrected);
      if (corrected) return;
    }
    const known = archiveId || parsed.stanzaIds.get(room.jid) || '';
    // What comes while something before it may be missing does not move the mark.
    if (known && !archiveId) room[room.behind ? 'latest' : 'newest'] = known;
    const stamp = past;
    const last = conversation.log.last?.time ?? 0;
    const time = stamp ? (earlier || behind ? stamp : afterStamp(stamp, last)) : this.router.clock.now();
    const message = makeMessage({
      id: parsed.id || parsed.originId, author, ids: [...new Set([...senderIds(sender, parsed.id, parsed.originId), ...senderIds(author, parsed.id, parsed.originId)]),
        ...(mine ? [parsed.id, parsed.originId].filter(Boolean).map((one) => `own ${one}`) : []), ...(known ? [`archive ${known}`] : [])],
      from: sender, mine, body: parsed.body ?? '', time, delivery: mine ? 'sent' : '',
      encrypted: parsed.encrypted, url: parsed.url, archiveId: known, quote: parsed.quote, retracted: parsed.retracted,
    });
    const mention = !mine && names(message.body, room.nick);
    if (behind) this.conversations.addBehind(conversation, message, { mention });
    else this.conversations.add(conversation, message, { live: live && !past, mention, earlier });
  }

  /**
   * In rooms a message goes by the id the room gave it (XEP-0444, XEP-0424); older clients name the sender's.
   * @param {Conversation} conversation @param {Change} change
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
    const error = stanzaError(stanza);
    if (!conversation || !this.#undelivered(conversation, `own ${stanza.attrs.id}`, error.condition)) this.emit('trouble', { room, error });
    return true;
  }
}
