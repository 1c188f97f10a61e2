// The contact list (RFC 6121 section 2): loaded, kept true by pushes from the own account only, and edited.

import { Emitter } from '../core/base.mjs';
import { el } from '../xmpp/xml.mjs';
import { StanzaError } from '../xmpp/errors.mjs';
import { bareOf } from '../xmpp/jid.mjs';
import { ROSTER } from '../xmpp/ns.mjs';

const SAVE_PAUSE = 1_000;
const SAVE_LIMIT = 1024 * 1024; // browsers give a page some 5 MB in all

/** @param {string} account */
export const rosterKey = (account) => `edge.roster.${account}`;

/** @typedef {{ jid: string, name: string, subscription: string, asking: boolean, groups: string[] }} Contact */

/** @param {XmlElement} item @returns {Contact} */
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

  #version = '';
  #saving = false;

  /** @param {Router} router @param {KeyValue} storage */
  constructor(router, storage) {
    super();
    this.router = router;
    this.storage = storage;
    this.key = rosterKey(router.connection.jid.bare);
    router.onRequest('set', ROSTER, (iq) => this.#push(iq));
  }

  /** @param {boolean} [versions] whether the server can say that nothing changed (RFC 6121 section 2.6) */
  async load(versions = false) {
    if (versions) this.recall();
    const result = await this.router.ask('get', el('query', { xmlns: ROSTER, ver: versions ? this.#version : null }));
    const query = result.child('query', ROSTER);
    if (query || !versions) {
      const contacts = (query?.elements('item') ?? []).map(readItem).filter(({ jid }) => jid);
      this.contacts = new Map(contacts.map((contact) => [contact.jid, contact]));
      this.#note(query?.attrs.ver);
    }
    this.emit('change');
  }

  recall() {
    if (this.#version) return;
    try {
      const { version, contacts } = JSON.parse(this.storage.getItem(this.key) ?? '');
      this.contacts = new Map(contacts.map((/** @type {Contact} */ contact) => [contact.jid, contact]));
      this.#version = version;
    } catch {
      // then the server sends everything
    }
  }

  /** @param {string | undefined} version */
  #note(version) {
    if (version === undefined) return;
    this.#version = version;
    if (this.#saving) return;
    this.#saving = true;
    this.router.clock.after(SAVE_PAUSE, () => {
      this.#saving = false;
      const text = JSON.stringify({ version: this.#version, contacts: [...this.contacts.values()] });
      try {
        if (text.length <= SAVE_LIMIT) this.storage.setItem(this.key, text);
        else this.storage.removeItem(this.key);
      } catch {
        this.storage.removeItem(this.key);
      }
    });
  }

  /** @param {string} jid */
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
   * @param {XmlElement} iq
   */
  #push(iq) {
    if (!this.router.isFromSelf(iq)) throw new StanzaError('service-unavailable');
    for (const item of iq.child('query', ROSTER)?.elements('item') ?? []) {
      const contact = readItem(item);
      if (!contact.jid) continue;
      if (contact.subscription === 'remove') this.contacts.delete(contact.jid);
      else this.contacts.set(contact.jid, contact);
    }
    this.#note(iq.child('query', ROSTER)?.attrs.ver);
    this.emit('change');
  }
}
