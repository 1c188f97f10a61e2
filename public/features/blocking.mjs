// Whom the server keeps away from us (XEP-0191). Pushes are believed from our own account only.

import { Emitter } from '../core/base.mjs';
import { StanzaError } from '../xmpp/errors.mjs';
import { bareOf } from '../xmpp/jid.mjs';
import { BLOCKING } from '../xmpp/ns.mjs';
import { el } from '../xmpp/xml.mjs';

/** @param {XmlElement | null} list */
const addresses = (list) => (list?.elements('item') ?? []).map(({ attrs }) => bareOf(attrs.jid)).filter(Boolean);

/** Event: change. */
export class Blocking extends Emitter {
  /** @type {Set<string>} */
  blocked = new Set();
  /** Whether the server does this at all. */
  known = false;

  /** @param {Router} router */
  constructor(router) {
    super();
    this.router = router;
    router.onRequest('set', BLOCKING, (iq) => this.#push(iq));
  }

  async load() {
    const result = await this.router.ask('get', el('blocklist', { xmlns: BLOCKING }));
    this.blocked = new Set(addresses(result.child('blocklist', BLOCKING)));
    this.known = true;
    this.emit('change');
  }

  /** @param {string} jid @param {boolean} block */
  async set(jid, block) {
    await this.router.ask('set', el(block ? 'block' : 'unblock', { xmlns: BLOCKING }, el('item', { jid })));
  }

  /** @param {XmlElement} iq */
  #push(iq) {
    if (!this.router.isFromSelf(iq)) throw new StanzaError('service-unavailable');
    const change = iq.inNamespace(BLOCKING);
    const list = addresses(change);
    if (change?.name === 'block') for (const jid of list) this.blocked.add(jid);
    // Without items everything is unblocked (section 3.5).
    else if (list.length === 0) this.blocked.clear();
    else for (const jid of list) this.blocked.delete(jid);
    this.emit('change');
  }
}
