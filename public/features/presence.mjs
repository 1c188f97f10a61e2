// Who is there (RFC 6121 section 4) and who asks to see us (section 3). Rooms' presence belongs to muc.mjs.

import { Emitter } from '../core/base.mjs';
import { el } from '../xmpp/xml.mjs';
import { parseJid } from '../xmpp/jid.mjs';
import { DELAY, IDLE } from '../xmpp/ns.mjs';
import { readDelay } from './message.mjs';

/** @typedef {'online' | 'chat' | 'away' | 'xa' | 'dnd' | 'offline'} Show */
/** @typedef {{ show: Show, status: string, priority: number, since: number }} Seen since: when they did something last, 0 where that is now or not known */

/** @type {Seen} */
const OFFLINE = { show: 'offline', status: '', priority: -129, since: 0 };
const STATUS_LIMIT = 500; // what one line may show
const MOST_GONE = 5_000; // strangers may send presence, too
const SHOWS = new Set(['chat', 'away', 'xa', 'dnd']);

/** Events: change (bare JID), request (bare JID), own (a function that makes our presence for an address). */
export class Presence extends Emitter {
  /**
   * By bare JID, then by resource.
   * @type {Map<string, Map<string, Seen>>}
   */
  #seen = new Map();
  /**
   * How those went who are away, by bare JID.
   * @type {Map<string, Seen>}
   */
  #gone = new Map();
  /**
   * Bare JIDs that wait for our answer.
   * @type {Set<string>}
   */
  requests = new Set();
  /**
   * What goes along with our presence.
   * @type {XmlElement[]}
   */
  along = [];
  /** @type {{ show: Show, status: string }} */
  own = { show: 'online', status: '' };

  /** @param {Router} router */
  constructor(router) {
    super();
    this.router = router;
    router.on('presence', (stanza) => this.#receive(stanza));
    router.connection.on('ready', ({ resumed }) => {
      if (resumed) return;
      this.#seen.clear();
      this.#gone.clear();
    });
  }

  /** @param {string} jid bare @returns {Seen} */
  of(jid) {
    let best = this.#gone.get(jid) ?? OFFLINE;
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

  /** @param {string} jid @param {boolean} allow */
  answer(jid, allow) {
    this.requests.delete(jid);
    this.router.send(el('presence', { type: allow ? 'subscribed' : 'unsubscribed', to: jid }));
    this.emit('request', jid);
  }

  /** @param {XmlElement} stanza */
  #receive(stanza) {
    const from = parseJid(stanza.attrs.from);
    if (!from) return;
    const { type } = stanza.attrs;
    if (type === 'subscribe') {
      this.requests.add(from.bare);
      this.emit('request', from.bare);
    } else if (type === undefined || type === 'unavailable') {
      this.#note(from, stanza, type !== undefined);
    }
  }

  /** @param {Jid} from @param {XmlElement} stanza @param {boolean} gone */
  #note({ bare, resource }, stanza, gone) {
    const resources = this.#seen.get(bare) ?? new Map();
    const before = resources.get(resource);
    const now = this.router.clock.now();
    const idle = Date.parse(stanza.child('idle', IDLE)?.attrs.since ?? '') || 0;
    // Who leaves before our eyes was there until now.
    const left = gone ? readDelay(stanza.child('delay', DELAY)) || (before && (before.since || now)) || 0 : 0;
    const since = Math.min(idle || left, now);
    const status = (stanza.childText('status') ?? '').slice(0, STATUS_LIMIT);
    resources.delete(resource);
    if (!gone) {
      const show = stanza.childText('show') ?? '';
      const priority = Number.parseInt(stanza.childText('priority') ?? '0', 10) || 0;
      resources.set(resource, { show: SHOWS.has(show) ? show : 'online', status, priority, since });
      this.#gone.delete(bare);
    } else if (resources.size === 0 && (status || since) && this.#gone.size < MOST_GONE && (before || !this.#gone.has(bare))) {
      this.#gone.set(bare, { ...OFFLINE, status, since });
    }
    if (resources.size > 0) this.#seen.set(bare, resources);
    else this.#seen.delete(bare);
    this.emit('change', bare);
  }
}
