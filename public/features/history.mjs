// What was said before and while we were away (XEP-0313): catches up after each new session, and gets older pages when somebody
// reads back. Results count only when they come from the archive that was asked.

import { randomId } from '../core/bytes.mjs';
import { bareOf } from '../xmpp/jid.mjs';
import { CLIENT, CORRECT, DATA_FORM, DELAY, FORWARD, MAM, RSM } from '../xmpp/ns.mjs';
import { el } from '../xmpp/xml.mjs';
import { readChange, readDelay } from './message.mjs';

/**
 * In which order a page has to be added: one that is older than all that is here from its end, so that messages of the
 * same second keep their order; what changes other messages after them.
 * @param {Archived[]} messages @param {boolean} earlier
 */
export function inOrder(messages, earlier) {
  if (!earlier) return messages;
  const changes = messages.filter(({ stanza }) => stanza.child('body') === null || stanza.child('replace', CORRECT) !== null || readChange(stanza) !== null);
  return [...messages.filter((one) => !changes.includes(one)).reverse(), ...changes];
}

const PAGE = 100;

/**
 * @typedef {{ archiveId: string, delay: number, stanza: XmlElement }} Archived
 * @typedef {{ messages: Archived[], complete: boolean }} Page oldest message first
 * @typedef {{ room?: string, with?: string, before?: string, after?: string, start?: number, max?: number }} Query
 *   room: its archive, otherwise our own; before '': the last page
 */

export class Archive {
  /** @type {Map<string, { from: string, messages: Archived[] }>} */
  #running = new Map();

  /** @param {Router} router */
  constructor(router) {
    this.router = router;
    router.on('message', (stanza) => this.#collect(stanza));
  }

  /** @param {Query} query @returns {Promise<Page>} throws StanzaError */
  async page({ room = '', with: peer, before, after, start, max = PAGE }) {
    const queryid = randomId(8);
    const running = { from: room, messages: /** @type {Archived[]} */ ([]) };
    this.#running.set(queryid, running);
    const field = (/** @type {string} */ name, /** @type {string | undefined} */ value, /** @type {string | null} */ type = null) =>
      value && el('field', { var: name, type }, el('value', {}, value));
    const form = el('x', { xmlns: DATA_FORM, type: 'submit' }, field('FORM_TYPE', MAM, 'hidden'), field('with', peer),
      field('start', start ? new Date(start).toISOString() : ''));
    const set = el('set', { xmlns: RSM }, el('max', {}, String(max)), before !== undefined && el('before', {}, before), after && el('after', {}, after));
    try {
      const result = await this.router.ask('set', el('query', { xmlns: MAM, queryid }, form, set), room || undefined);
      const complete = result.child('fin', MAM)?.attrs.complete;
      return { messages: running.messages, complete: complete === 'true' || complete === '1' };
    } finally {
      this.#running.delete(queryid);
    }
  }

  /** @param {Query & { after: string }} query @param {(messages: Archived[]) => void} take */
  async follow(query, take) {
    let { after } = query;
    for (;;) {
      const { messages, complete } = await this.page({ ...query, after });
      take(messages);
      const last = messages[messages.length - 1];
      // An archive that gives nothing new has nothing new, whatever it says.
      if (complete || !last || last.archiveId === after) return;
      after = last.archiveId;
    }
  }

  /** @param {XmlElement} stanza */
  #collect(stanza) {
    const result = stanza.child('result', MAM);
    if (!result) return false;
    const running = this.#running.get(result.attrs.queryid ?? '');
    const forwarded = result.child('forwarded', FORWARD);
    const message = forwarded?.child('message', CLIENT);
    if (!running || !message) return true;
    const trusted = running.from ? bareOf(stanza.attrs.from) === running.from && !stanza.attrs.from?.includes('/') : this.router.isFromSelf(stanza);
    if (trusted) {
      running.messages.push({ archiveId: result.attrs.id ?? '', delay: readDelay(forwarded?.child('delay', DELAY) ?? null), stanza: message });
    }
    return true;
  }
}

const AGAIN = 30_000; // until an archive that did not answer is asked once more
const FIRST = 100; // messages of all conversations together, at the first login

export class History {
  /** Id of the newest message of our own archive that we have. */
  #newest = '';
  /** Something before the newest message may be missing here: what comes now does not move the mark. */
  #behind = true;
  #live = '';
  #attempt = 0;

  /**
   * @param {Archive} archive @param {Chat} chat
   * @param {Conversations} conversations
   */
  constructor(archive, chat, conversations) {
    this.archive = archive;
    this.chat = chat;
    this.conversations = conversations;
    conversations.on('message', ({ conversation, message, live }) => {
      if (conversation.kind !== 'chat' || !live || !message.archiveId) return;
      if (this.#behind) this.#live = message.archiveId;
      else this.#newest = message.archiveId;
    });
  }

  /** Up to where nothing is missing. */
  mark() {
    return this.#newest;
  }

  /** A session was lost; to be said before new messages come in. Gives where to go on. */
  fallBehind() {
    this.#behind = true;
    this.#live = '';
    for (const conversation of this.conversations.all.values()) conversation.fallBehind();
    return this.#newest;
  }

  /** @param {string} mark */
  goOnFrom(mark) {
    this.#newest = mark;
  }

  /** @param {string} mark */
  async catchUp(mark) {
    const attempt = (this.#attempt += 1);
    try {
      if (!mark || !(await this.#follow(mark))) this.#take((await this.archive.page({ before: '', max: FIRST })).messages);
      if (attempt !== this.#attempt) return;
      this.#behind = false;
      this.#newest = this.#live || this.#newest;
    } catch (error) {
      // No archive, or not now: what is here stays, the mark too. Silence may pass.
      const again = /** @type {any} */ (error);
      if (again.type !== 'wait' || again.condition === 'session-lost') return;
      this.archive.router.clock.after(AGAIN, () => void (attempt === this.#attempt && this.catchUp(this.#newest)));
    }
  }

  /**
   * @param {string} mark @returns {Promise<boolean>} false: the archive does not know it any more, and there may be a gap
   */
  async #follow(mark) {
    try {
      await this.archive.follow({ after: mark }, (messages) => this.#take(messages));
      return true;
    } catch (error) {
      if (/** @type {any} */ (error).condition !== 'item-not-found') throw error;
      for (const conversation of this.conversations.all.values()) if (conversation.kind === 'chat') this.conversations.dropKept(conversation);
      return false;
    }
  }

  /** @param {Conversation} conversation @returns {Promise<boolean>} whether there is more */
  async older(conversation) {
    const oldest = conversation.log.messages.find(({ archiveId }) => archiveId)?.archiveId ?? '';
    const { messages, complete } = await this.archive.page({ with: conversation.jid, before: oldest, max: 50 });
    this.#take(messages, true);
    return !complete && messages.length > 0;
  }

  /** @param {Archived[]} messages @param {boolean} [old] */
  #take(messages, old = false) {
    const newest = this.#newest;
    for (const { stanza, delay, archiveId } of inOrder(messages, old)) {
      if (stanza.attrs.type !== 'groupchat') this.chat.receive(stanza, { delay, archiveId, live: false, earlier: old, behind: !old });
    }
    this.#newest = old ? newest : (messages[messages.length - 1]?.archiveId ?? newest);
  }
}
