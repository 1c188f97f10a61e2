// Rooms the person keeps (XEP-0402), in the account, so that every client has them. Changes come from our own account only.

import { Emitter } from '../core/base.mjs';
import { bareOf } from '../xmpp/jid.mjs';
import { BOOKMARKS, DATA_FORM, PUBLISH_OPTIONS, PUBSUB, PUBSUB_EVENT } from '../xmpp/ns.mjs';
import { el } from '../xmpp/xml.mjs';

/** @typedef {import('../xmpp/xml.mjs').XmlElement} XmlElement */
/** @typedef {{ jid: string, name: string, nick: string, autojoin: boolean }} Bookmark */

/** @param {import('../xmpp/xml.mjs').XmlElement} item @returns {Bookmark | null} */
function readItem(item) {
  const jid = bareOf(item.attrs.id);
  const conference = item.child('conference', BOOKMARKS);
  if (!jid || !conference) return null;
  const { name = '', autojoin } = conference.attrs;
  return { jid, name, nick: conference.childText('nick') ?? '', autojoin: autojoin === 'true' || autojoin === '1' };
}

/** Events: added (Bookmark), removed (jid). */
export class Bookmarks extends Emitter {
  /** @type {Map<string, Bookmark>} */
  all = new Map();

  /** @param {import('../xmpp/router.mjs').Router} router */
  constructor(router) {
    super();
    this.router = router;
    router.on('message', (stanza) => this.#event(stanza));
  }

  async load() {
    const result = await this.router.ask('get', el('pubsub', { xmlns: PUBSUB }, el('items', { node: BOOKMARKS })));
    const items = result.child('pubsub', PUBSUB)?.child('items')?.elements('item') ?? [];
    this.all = new Map(items.map(readItem).flatMap((bookmark) => (bookmark ? [[bookmark.jid, bookmark]] : [])));
  }

  /** @param {Bookmark} bookmark */
  async save(bookmark) {
    this.all.set(bookmark.jid, bookmark);
    const { jid, name, nick, autojoin } = bookmark;
    const conference = el('conference', { xmlns: BOOKMARKS, name, autojoin: String(autojoin) }, nick && el('nick', {}, nick));
    const option = (/** @type {string} */ key, /** @type {string} */ value) => el('field', { var: key }, el('value', {}, value));
    /** @param {XmlElement[]} more */
    const publish = (more) => this.router.ask('set', el('pubsub', { xmlns: PUBSUB },
      el('publish', { node: BOOKMARKS }, el('item', { id: jid }, conference)),
      // XEP-0402 section 3.3: only we may read them, and all of them are kept.
      el('publish-options', {}, el('x', { xmlns: DATA_FORM, type: 'submit' },
        option('FORM_TYPE', PUBLISH_OPTIONS), option('pubsub#persist_items', 'true'), option('pubsub#access_model', 'whitelist'), more))));
    // Some servers know only the most important options, and refuse all when there is one more.
    await publish([option('pubsub#max_items', 'max'), option('pubsub#send_last_published_item', 'never')]).catch(() => publish([]));
  }

  /** @param {string} jid */
  async remove(jid) {
    if (!this.all.delete(jid)) return;
    await this.router.ask('set', el('pubsub', { xmlns: PUBSUB }, el('retract', { node: BOOKMARKS, notify: 'true' }, el('item', { id: jid }))));
  }

  /** @param {import('../xmpp/xml.mjs').XmlElement} stanza */
  #event(stanza) {
    const items = stanza.child('event', PUBSUB_EVENT)?.child('items');
    if (items?.attrs.node !== BOOKMARKS) return false;
    if (!this.router.isFromSelf(stanza)) return true;
    for (const item of items.elements('item')) {
      const bookmark = readItem(item);
      if (!bookmark) continue;
      this.all.set(bookmark.jid, bookmark);
      this.emit('added', bookmark);
    }
    for (const item of items.elements('retract')) {
      const jid = bareOf(item.attrs.id);
      if (this.all.delete(jid)) this.emit('removed', jid);
    }
    return true;
  }
}
