// Rooms the person keeps (XEP-0402), in the account, so that every client has them. Changes come from our own account only.
// Reads XEP-0048 where the server does not keep both the same. And invitations, by the room (XEP-0045 section 7.8) or directly
// (XEP-0249): they wait for an answer, and never interrupt.

import { Emitter } from '../core/base.mjs';
import { bareOf, parseJid } from '../xmpp/jid.mjs';
import { BOOKMARKS, CONFERENCE, DATA_FORM, MUC_USER, OLD_BOOKMARKS, PRIVATE, PUBLISH_OPTIONS, PUBSUB, PUBSUB_EVENT } from '../xmpp/ns.mjs';
import { el } from '../xmpp/xml.mjs';

const SAME = [`${BOOKMARKS}#compat`, `${BOOKMARKS}#compat-pep`];

/** @typedef {{ jid: string, name: string, nick: string, autojoin: boolean, password?: string, more?: XmlElement[], old?: boolean }} Bookmark
 *   more: what other clients put there (section 3.1); old: of XEP-0048, and nowhere else */

/** @param {XmlElement} item @returns {Bookmark | null} */
function readItem(item) {
  const jid = bareOf(item.attrs.id);
  const conference = item.child('conference', BOOKMARKS);
  return jid && conference ? readConference(jid, conference) : null;
}

/** @param {string} jid @param {XmlElement} conference @returns {Bookmark} */
function readConference(jid, conference) {
  const { name = '', autojoin } = conference.attrs;
  const password = conference.childText('password') ?? '';
  const more = conference.elements('extensions');
  return {
    jid, name, nick: conference.childText('nick') ?? '', autojoin: autojoin === 'true' || autojoin === '1',
    ...(password && { password }), ...(more.length > 0 && { more }),
  };
}

/** Events: added (Bookmark), removed (jid). */
export class Bookmarks extends Emitter {
  /** @type {Map<string, Bookmark>} */
  all = new Map();

  /** @param {Router} router @param {Disco} disco */
  constructor(router, disco) {
    super();
    this.router = router;
    this.disco = disco;
    router.on('message', (stanza) => this.#event(stanza));
  }

  async load() {
    const [items, old] = await Promise.all([this.#items(BOOKMARKS), this.#old()]);
    this.all = new Map([...old, ...items.map(readItem)].flatMap((bookmark) => (bookmark ? [[bookmark.jid, bookmark]] : [])));
  }

  /** @param {string} node */
  async #items(node) {
    try {
      const result = await this.router.ask('get', el('pubsub', { xmlns: PUBSUB }, el('items', { node })));
      return result.child('pubsub', PUBSUB)?.child('items')?.elements('item') ?? [];
    } catch (error) {
      // Nobody kept anything yet.
      if (/** @type {any} */ (error).condition === 'item-not-found') return [];
      throw error;
    }
  }

  /** @returns {Promise<Bookmark[]>} */
  async #old() {
    const { features } = await this.disco.info(this.router.connection.jid.bare);
    if (SAME.some((feature) => features.has(feature))) return [];
    const [published, kept] = await Promise.all([
      this.#items(OLD_BOOKMARKS).then((items) => items.map((item) => item.child('storage', OLD_BOOKMARKS)), () => []),
      this.router.ask('get', el('query', { xmlns: PRIVATE }, el('storage', { xmlns: OLD_BOOKMARKS })))
        .then((result) => result.child('query', PRIVATE)?.child('storage', OLD_BOOKMARKS) ?? null, () => null),
    ]);
    const rooms = [kept, ...published].flatMap((storage) => storage?.elements('conference') ?? []);
    return rooms.map((conference) => ({ ...readConference(bareOf(conference.attrs.jid), conference), old: true })).filter(({ jid }) => jid);
  }

  /** @param {Bookmark} bookmark */
  async save(bookmark) {
    this.all.set(bookmark.jid, bookmark);
    const { jid, name, nick, autojoin, password, more } = bookmark;
    const conference = el('conference', { xmlns: BOOKMARKS, name: name || null, autojoin: String(autojoin) },
      nick && el('nick', {}, nick), password && el('password', {}, password), more ?? []);
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
    const known = this.all.get(jid);
    // It stays where older clients look for it; here it no longer counts.
    if (known?.old) await this.save({ ...known, autojoin: false, old: false });
    if (known?.old || !this.all.delete(jid)) return;
    await this.router.ask('set', el('pubsub', { xmlns: PUBSUB }, el('retract', { node: BOOKMARKS, notify: 'true' }, el('item', { id: jid }))));
  }

  /** @param {XmlElement} stanza */
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

const MOST = 20; // that wait at one time; anybody may send them
const REASON_LIMIT = 500;

/** @typedef {{ jid: string, from: string, nick: string, reason: string, password: string, sender: string }} Invitation
 *   from: address of who invites, '' where the room only says the nick; sender: as the room names them, '' for a direct one */

/** Event: change. */
export class Invitations extends Emitter {
  /** @type {Map<string, Invitation>} */
  all = new Map();

  /** @param {Router} router @param {(jid: string) => boolean} inside whether we are in that room */
  constructor(router, inside) {
    super();
    this.router = router;
    router.on('message', (stanza) => {
      const invitation = stanza.attrs.type === 'error' ? null : readInvitation(stanza);
      if (invitation && !inside(invitation.jid) && (this.all.size < MOST || this.all.has(invitation.jid))) {
        this.all.set(invitation.jid, invitation);
        this.emit('change');
      }
      return invitation !== null;
    });
  }

  /** @param {string} jid of the room @param {boolean} [decline] lets who invited know, where the room passes that on */
  done(jid, decline = false) {
    const invitation = this.all.get(jid);
    if (!this.all.delete(jid)) return;
    if (decline && invitation?.sender) {
      this.router.send(el('message', { to: jid }, el('x', { xmlns: MUC_USER }, el('decline', { to: invitation.sender }))));
    }
    this.emit('change');
  }
}

/**
 * @param {XmlElement} stanza @returns {Invitation | null}
 */
export function readInvitation(stanza) {
  const { from = '' } = stanza.attrs;
  const user = stanza.child('x', MUC_USER);
  const invite = user?.child('invite') ?? null;
  const direct = stanza.child('x', CONFERENCE)?.attrs;
  const jid = bareOf(invite ? from : direct?.jid);
  if (!jid || !(invite || direct)) return null;
  const sender = invite ? (invite.attrs.from ?? '') : from;
  // Servers name the occupant or the real address.
  const occupant = bareOf(sender) === jid;
  return {
    jid, from: occupant ? '' : bareOf(sender), nick: occupant ? (parseJid(sender)?.resource ?? '') : '', sender: invite ? sender : '',
    reason: (invite?.childText('reason') ?? direct?.reason ?? '').slice(0, REASON_LIMIT),
    password: user?.childText('password') ?? direct?.password ?? '',
  };
}
