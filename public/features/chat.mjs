// One-to-one messages: sent once whatever the connection does, received with receipts, markers, corrections and chat states; and
// copies of what our other clients send and receive (XEP-0280): only our own account may send them (section 11).

import { randomId } from '../core/bytes.mjs';
import { stanzaError } from '../xmpp/errors.mjs';
import { bareOf } from '../xmpp/jid.mjs';
import { CARBONS, CLIENT, DELAY, FORWARD } from '../xmpp/ns.mjs';
import { el } from '../xmpp/xml.mjs';
import { readInvitation } from './bookmarks.mjs';
import { afterStamp, makeMessage } from './message-log.mjs';
import { applyChange, chatStateMessage, displayedMessage, parseMessage, readDelay, receiptMessage, textMessage } from './message.mjs';

const WRITING_LIMIT = 90_000; // whoever has written for so long without a word may have gone without one

/** @param {string} from @param {...string} ids */
export const senderIds = (from, ...ids) => [...new Set(ids.filter(Boolean))].map((id) => `${from} ${id}`);

export class Chat {
  /** @type {Map<string, () => void>} */
  #forgetWriting = new Map();

  /**
   * @param {Router} router
   * @param {Conversations} conversations
   * @param {{ mayReveal(jid: string): boolean, inRoom(jid: string): boolean }} privacy whom we tell that we received or read
   *   something, and whose address is only good with its resource: occupants of rooms
   */
  constructor(router, conversations, privacy) {
    this.router = router;
    this.conversations = conversations;
    this.privacy = privacy;
    router.on('message', (stanza) => this.#live(stanza));
    router.connection.on('handled', (stanzas) => this.#handled(stanzas));
  }

  /** @param {string | undefined} address */
  #peer(address) {
    return address && this.privacy.inRoom(address) ? address : bareOf(address);
  }

  get #self() {
    return this.router.connection.jid.bare;
  }

  /** @param {Conversation} conversation @param {string} body @param {{ url?: string }} more */
  send(conversation, body, { url } = {}) {
    const id = randomId();
    const message = makeMessage({
      id, ids: [...senderIds(this.#self, id), `own ${id}`], from: this.#self, mine: true, body, url, time: this.router.clock.now(), delivery: 'pending',
    });
    this.conversations.add(conversation, message);
    this.router.send(textMessage({ to: conversation.jid, type: 'chat', id, body, url }));
    return message;
  }

  /** @param {Conversation} conversation @param {Message} message one of ours @param {string} body */
  correct(conversation, message, body) {
    this.router.send(textMessage({ to: conversation.jid, type: 'chat', id: randomId(), body, replaces: message.id }));
    message.body = body;
    message.corrected = true;
    this.conversations.touch(conversation, message);
  }

  /** @param {Conversation} conversation @param {string} state */
  sendState(conversation, state) {
    if (this.router.connection.online && this.privacy.mayReveal(conversation.jid)) {
      this.router.send(chatStateMessage(conversation.jid, 'chat', state));
    }
  }

  /**
   * Says that everything up to the last message was read (XEP-0333).
   * @param {Conversation} conversation
   */
  markRead(conversation) {
    const last = conversation.log.messages.filter((message) => !message.mine).pop();
    if (!last || last.key === conversation.lastMarked || !last.id || !this.privacy.mayReveal(conversation.jid)) return;
    conversation.lastMarked = last.key;
    if (last.markable) this.router.send(displayedMessage(conversation.jid, last.id));
  }

  /**
   * Sends again what may have been lost with a session, unless the archive already has it: then it was not lost.
   * The id stays, so that a receiver who got it recognises it.
   * @param {XmlElement[]} stanzas
   */
  resend(stanzas) {
    for (const stanza of stanzas) {
      if (stanza.name !== 'message' || stanza.child('body') === null) continue;
      const conversation = this.conversations.all.get(this.#peer(stanza.attrs.to));
      const known = conversation?.log.find(`own ${stanza.attrs.id}`);
      if (known && known.delivery !== 'pending') continue;
      this.router.send(stanza);
    }
  }

  /**
   * @param {XmlElement} stanza @param {{ delay?: number, archiveId?: string, live?: boolean, earlier?: boolean, behind?: boolean }} more
   *   behind: what the archive has behind everything we knew
   */
  receive(stanza, { delay = 0, archiveId = '', live = true, earlier = false, behind = false } = {}) {
    const parsed = parseMessage(stanza);
    const from = this.#peer(parsed.from) || this.#self;
    const mine = from === this.#self;
    const peer = mine ? this.#peer(parsed.to) : from;
    if (!peer || parsed.type === 'groupchat' || parsed.type === 'error' || readInvitation(stanza)) return;
    this.#signals(parsed, peer, mine, live);
    if (parsed.change) {
      this.#change(parsed.change, peer, from, delay || parsed.delay || this.router.clock.now());
      return;
    }
    if (parsed.body === null && !parsed.encrypted && !parsed.retracted) return;
    const conversation = this.conversations.open(peer);
    if (parsed.replaces && parsed.body !== null) {
      const corrected = conversation.log.correct(`${from} ${parsed.replaces}`, from, parsed.body);
      if (corrected) this.conversations.touch(conversation, corrected);
      if (corrected) return;
    }
    const known = archiveId || parsed.stanzaIds.get(this.#self) || '';
    const stamp = delay || parsed.delay;
    const last = conversation.log.last?.time ?? 0;
    const time = stamp ? (earlier || behind ? stamp : afterStamp(stamp, last)) : this.router.clock.now();
    const message = makeMessage({
      id: parsed.id || parsed.originId,
      ids: [...senderIds(from, parsed.id, parsed.originId), ...(known ? [`archive ${known}`] : [])],
      from, mine, body: parsed.body ?? '', time,
      delivery: mine ? 'sent' : '', encrypted: parsed.encrypted, url: parsed.url, archiveId: known, markable: parsed.markable,
      quote: parsed.quote, retracted: parsed.retracted,
    });
    const { added } = behind ? this.conversations.addBehind(conversation, message, {})
      // What servers kept for us may have been seen already.
      : this.conversations.add(conversation, message, { live: live && !(stamp && time <= conversation.readTime), earlier });
    if (added && live && !mine && parsed.wantsReceipt && parsed.id && this.privacy.mayReveal(peer)) {
      this.router.send(receiptMessage(parsed.from, parsed.id));
    }
  }

  /** @param {Change} change @param {string} peer @param {string} from @param {number} time */
  #change(change, peer, from, time) {
    const conversation = this.conversations.all.get(peer);
    if (!conversation) return;
    const ids = [...senderIds(peer, change.id), ...senderIds(this.#self, change.id), `archive ${change.id}`];
    conversation.log.whenThere(ids, (message) => {
      if (applyChange(message, change, { from, author: from, time })) this.conversations.touch(conversation, message);
    });
  }

  /** @param {XmlElement} stanza @returns {boolean} */
  #live(stanza) {
    if (stanza.attrs.type === 'groupchat') return false;
    if (stanza.attrs.type === 'error') return this.#failed(stanza);
    this.receive(stanza);
    return true;
  }

  /** @param {ParsedMessage} parsed @param {string} peer @param {boolean} mine @param {boolean} live */
  #signals(parsed, peer, mine, live) {
    const conversation = this.conversations.all.get(peer);
    if (!conversation) return;
    const of = (/** @type {string} */ sender, /** @type {string} */ id) => (id ? conversation.log.find(`${sender} ${id}`) : null);
    if (mine) {
      const read = of(peer, parsed.displayed);
      if (read) this.conversations.readElsewhere(conversation, read.time);
      return;
    }
    const delivered = of(this.#self, parsed.received);
    if (delivered && conversation.log.deliver(delivered, 'delivered')) this.conversations.touch(conversation, delivered);
    const read = of(this.#self, parsed.displayed);
    if (read) for (const message of conversation.log.readUpTo(read)) this.conversations.touch(conversation, message);
    if (live && (parsed.chatState || parsed.body !== null)) {
      const composing = parsed.chatState === 'composing';
      if (composing) conversation.composing.add(peer);
      else conversation.composing.delete(peer);
      this.#forgetWriting.get(peer)?.();
      if (composing) this.#forgetWriting.set(peer, this.router.clock.after(WRITING_LIMIT, () => this.conversations.hush(peer)));
      this.conversations.emit('change', conversation);
    }
  }

  /** @param {XmlElement} stanza */
  #failed(stanza) {
    const conversation = this.conversations.all.get(this.#peer(stanza.attrs.from));
    const message = conversation?.log.find(`${this.#self} ${stanza.attrs.id}`);
    if (!conversation || !message) return false;
    const error = stanzaError(stanza);
    if (conversation.log.deliver(message, 'failed')) {
      message.error = error.condition;
      this.conversations.touch(conversation, message);
    }
    return true;
  }

  /** @param {XmlElement[]} stanzas */
  #handled(stanzas) {
    for (const { name, attrs } of stanzas) {
      if (name !== 'message' || attrs.type !== 'chat') continue;
      const conversation = this.conversations.all.get(this.#peer(attrs.to));
      const message = conversation?.log.find(`${this.#self} ${attrs.id}`);
      // A refusal may have come first.
      if (conversation && message?.delivery === 'pending' && conversation.log.deliver(message, 'sent')) this.conversations.touch(conversation, message);
    }
  }
}

export class Carbons {
  /**
   * @param {Router} router
   * @param {(message: XmlElement, delay: number) => void} receive
   */
  constructor(router, receive) {
    this.router = router;
    router.on('message', (stanza) => {
      const copy = stanza.inNamespace(CARBONS);
      if (!copy || (copy.name !== 'sent' && copy.name !== 'received')) return false;
      const forwarded = copy.child('forwarded', FORWARD);
      const message = forwarded?.child('message', CLIENT);
      // A copy from anyone else is an attempt to put words into mouths.
      if (message && stanza.attrs.from === router.connection.jid.bare) {
        receive(message, readDelay(forwarded?.child('delay', DELAY) ?? null));
      }
      return true;
    });
  }

  /** Servers without carbons say so, and that is all right. */
  async enable() {
    await this.router.ask('set', el('enable', { xmlns: CARBONS })).catch(() => {});
  }
}
