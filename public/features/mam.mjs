// Message archives (XEP-0313): single pages of our own archive or a room's, and following one to its end.
// Believes results only when they come from the archive that was asked (security rule 5).

import { randomId } from '../core/bytes.mjs';
import { bareOf } from '../xmpp/jid.mjs';
import { CLIENT, CORRECT, DATA_FORM, DELAY, FORWARD, MAM, RSM } from '../xmpp/ns.mjs';
import { el } from '../xmpp/xml.mjs';
import { readChange } from './changes.mjs';
import { readDelay } from './message.mjs';
/** @typedef {import('../xmpp/xml.mjs').XmlElement} XmlElement */

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
  /**
   * Collected results by query id.
   * @type {Map<string, { from: string, messages: Archived[] }>}
   */
  #running = new Map();

  /** @param {import('../xmpp/router.mjs').Router} router */
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

  /**
   * Everything after an id, page by page.
   * @param {Query & { after: string }} query @param {(messages: Archived[]) => void} take
   */
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
