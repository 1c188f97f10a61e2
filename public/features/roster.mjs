// The contact list (RFC 6121 section 2): loaded, kept true by pushes from the own account only, and edited.

import { Emitter } from '../core/emitter.mjs';
import { el } from '../xmpp/xml.mjs';
import { StanzaError } from '../xmpp/errors.mjs';
import { bareOf } from '../xmpp/jid.mjs';
import { ROSTER } from '../xmpp/ns.mjs';

/** @typedef {{ jid: string, name: string, subscription: string, asking: boolean, groups: string[] }} Contact */

/** @param {import('../xmpp/xml.mjs').XmlElement} item @returns {Contact} */
const readItem = (item) => ({
  jid: bareOf(item.attrs.jid),
  name: item.attrs.name ?? '',
  subscription: item.attrs.subscription ?? 'none',
  asking: item.attrs.ask === 'subscribe',
  groups: item.elements('group').map(({ text }) => text),
});

/** Event: change. */
export class Roster extends Emitter {
  /** @type {Map<string, Contact>} */
  contacts = new Map();

  /** @param {import('../xmpp/router.mjs').Router} router */
  constructor(router) {
    super();
    this.router = router;
    router.onRequest('set', ROSTER, (iq) => this.#push(iq));
  }

  async load() {
    const result = await this.router.ask('get', el('query', { xmlns: ROSTER }));
    const items = result.child('query', ROSTER)?.elements('item') ?? [];
    this.contacts = new Map(items.map(readItem).filter(({ jid }) => jid).map((contact) => [contact.jid, contact]));
    this.emit('change');
  }

  /**
   * A contact's name as the person gave it, or what the address says.
   * @param {string} jid
   */
  nameOf(jid) {
    return this.contacts.get(jid)?.name || jid.split('@')[0] || jid;
  }

  /** @param {string} jid @param {{ name?: string, groups?: string[] }} more */
  async save(jid, { name, groups } = {}) {
    const known = this.contacts.get(jid);
    const item = el('item', { jid, name: name ?? known?.name }, (groups ?? known?.groups ?? []).map((group) => el('group', {}, group)));
    await this.router.ask('set', el('query', { xmlns: ROSTER }, item));
  }

  /** @param {string} jid */
  async remove(jid) {
    await this.router.ask('set', el('query', { xmlns: ROSTER }, el('item', { jid, subscription: 'remove' })));
  }

  /**
   * Only our own account may push (RFC 6121 section 2.1.6).
   * @param {import('../xmpp/xml.mjs').XmlElement} iq
   */
  #push(iq) {
    if (!this.router.isFromSelf(iq)) throw new StanzaError('service-unavailable');
    for (const item of iq.child('query', ROSTER)?.elements('item') ?? []) {
      const contact = readItem(item);
      if (!contact.jid) continue;
      if (contact.subscription === 'remove') this.contacts.delete(contact.jid);
      else this.contacts.set(contact.jid, contact);
    }
    this.emit('change');
  }
}
