// Who is there (RFC 6121 section 4) and who asks to see us (section 3). Rooms' presence belongs to muc.mjs.

import { Emitter } from '../core/base.mjs';
import { el } from '../xmpp/xml.mjs';
import { parseJid } from '../xmpp/jid.mjs';

/** @typedef {'online' | 'chat' | 'away' | 'xa' | 'dnd' | 'offline'} Show */
/** @typedef {{ show: Show, status: string, priority: number }} Seen */

/** @type {Seen} */
const OFFLINE = { show: 'offline', status: '', priority: -129 };
const SHOWS = new Set(['chat', 'away', 'xa', 'dnd']);

/** Events: change (bare JID), request (bare JID), own (a function that makes our presence for an address). */
export class Presence extends Emitter {
  /**
   * By bare JID, then by resource.
   * @type {Map<string, Map<string, Seen>>}
   */
  #seen = new Map();
  /**
   * Bare JIDs that wait for our answer.
   * @type {Set<string>}
   */
  requests = new Set();
  /**
   * What goes along with our presence.
   * @type {import('../xmpp/xml.mjs').XmlElement[]}
   */
  along = [];
  /** @type {{ show: Show, status: string }} */
  own = { show: 'online', status: '' };

  /** @param {import('../xmpp/router.mjs').Router} router */
  constructor(router) {
    super();
    this.router = router;
    router.on('presence', (stanza) => this.#receive(stanza));
    router.connection.on('ready', ({ resumed }) => !resumed && this.#seen.clear());
  }

  /**
   * The best resource of a contact.
   * @param {string} jid bare @returns {Seen}
   */
  of(jid) {
    let best = OFFLINE;
    for (const seen of this.#seen.get(jid)?.values() ?? []) if (seen.priority > best.priority) best = seen;
    return best;
  }

  /**
   * Tells everyone; the first one makes us available (RFC 6121 section 4.2).
   * @param {{ show: Show, status: string }} [own]
   */
  announce(own = this.own) {
    this.own = own;
    this.router.send(this.#own());
    this.emit('change', '');
    this.emit('own', (/** @type {string} */ to) => this.#own(to));
  }

  /** @param {string} [to] */
  #own(to) {
    const { show, status } = this.own;
    return el('presence', { to }, SHOWS.has(show) && el('show', {}, show), status && el('status', {}, status), this.along);
  }

  /** @param {string} jid */
  subscribe(jid) {
    this.router.send(el('presence', { type: 'subscribe', to: jid }));
  }

  /**
   * Lets a contact see us, or not.
   * @param {string} jid @param {boolean} allow
   */
  answer(jid, allow) {
    this.requests.delete(jid);
    this.router.send(el('presence', { type: allow ? 'subscribed' : 'unsubscribed', to: jid }));
    this.emit('request', jid);
  }

  /** @param {import('../xmpp/xml.mjs').XmlElement} stanza */
  #receive(stanza) {
    const from = parseJid(stanza.attrs.from);
    if (!from) return;
    const { type } = stanza.attrs;
    if (type === 'subscribe') {
      this.requests.add(from.bare);
      this.emit('request', from.bare);
    } else if (type === undefined || type === 'unavailable') {
      this.#note(from, type === undefined ? stanza : null);
    }
  }

  /** @param {import('../xmpp/jid.mjs').Jid} from @param {import('../xmpp/xml.mjs').XmlElement | null} stanza */
  #note(from, stanza) {
    const resources = this.#seen.get(from.bare) ?? new Map();
    if (stanza) {
      const show = stanza.childText('show') ?? '';
      const priority = Number.parseInt(stanza.childText('priority') ?? '0', 10) || 0;
      resources.set(from.resource, { show: SHOWS.has(show) ? show : 'online', status: stanza.childText('status') ?? '', priority });
    } else {
      resources.delete(from.resource);
    }
    if (resources.size > 0) this.#seen.set(from.bare, resources);
    else this.#seen.delete(from.bare);
    this.emit('change', from.bare);
  }
}
