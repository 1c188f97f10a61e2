// Asks what somebody is and can do (XEP-0030), each only once in a session. Says what we are and can do, in one line of
// presence too (XEP-0115), so that servers send us what we asked to be notified of and contacts need not ask.

import { base64, utf8 } from '../core/bytes.mjs';
import { el } from './xml.mjs';
import { bareOf } from './jid.mjs';
import { AVATAR_METADATA, BOOKMARKS, CAPS, CHAT_STATES, CONFERENCE, CORRECT, DATA_FORM, DISCO_INFO, DISCO_ITEMS, MARKERS, PING, REACTIONS, RECEIPTS, REPLY, RETRACT } from './ns.mjs';

// What we can do; `+notify` asks servers to send us what contacts publish there (XEP-0163 section 4).
export const FEATURES = [
  CAPS, DISCO_INFO, RECEIPTS, MARKERS, CHAT_STATES, CORRECT, PING, CONFERENCE, REACTIONS, REPLY, RETRACT,
  `${AVATAR_METADATA}+notify`, `${BOOKMARKS}+notify`,
];

const NODE = 'urn:xmpp-edge:page';
const IDENTITY = { category: 'client', type: 'web', name: 'XMPP Edge' };

/**
 * The verification string (section 5.1). SHA-1 is what everybody uses; nothing secret hangs on it.
 * @param {{ category: string, type: string, name: string }} identity @param {string[]} features
 */
export async function verification({ category, type, name }, features) {
  const text = [`${category}/${type}//${name}`, ...[...features].sort()].map((part) => `${part}<`).join('');
  return base64(new Uint8Array(await crypto.subtle.digest('SHA-1', utf8(text))));
}

/** @param {string[]} features */
export const capsElement = async (features) => el('c', { xmlns: CAPS, hash: 'sha-1', node: NODE, ver: await verification(IDENTITY, features) });

/** @typedef {{ features: Set<string>, category: string, type: string, name: string, fields: Map<string, string> }} Info */

export class Disco {
  /** @type {Map<string, Promise<Info>>} */
  #known = new Map();

  /** @param {Router} router */
  constructor(router) {
    this.router = router;
    router.connection.on('ready', ({ resumed }) => !resumed && this.#known.clear());
    router.onRequest('get', DISCO_INFO, (iq) => this.#answer(iq));
    router.onRequest('get', PING, () => null);
  }

  /** @param {string} jid @returns {Promise<Info>} throws StanzaError */
  info(jid) {
    const known = this.#known.get(jid) ?? this.#ask(jid);
    this.#known.set(jid, known);
    known.catch(() => this.#known.delete(jid));
    return known;
  }

  /** @param {string} jid @returns {Promise<{ jid: string, name: string }[]>} */
  async items(jid) {
    const result = await this.router.ask('get', el('query', { xmlns: DISCO_ITEMS }), jid);
    const items = result.child('query', DISCO_ITEMS)?.elements('item') ?? [];
    return items.map(({ attrs }) => ({ jid: bareOf(attrs.jid), name: attrs.name ?? '' })).filter((item) => item.jid);
  }

  /** @param {string} feature @returns {Promise<string>} '' without one */
  async service(feature) {
    const { domain } = this.router.connection.jid;
    const items = [{ jid: domain }, ...(await this.items(domain).catch(() => []))];
    const infos = await Promise.all(items.map(({ jid }) => this.info(jid).catch(() => null)));
    const at = infos.findIndex((info) => info?.features.has(feature));
    return items[at]?.jid ?? '';
  }

  /** @param {string} jid */
  async #ask(jid) {
    const result = await this.router.ask('get', el('query', { xmlns: DISCO_INFO }), jid);
    const query = result.child('query', DISCO_INFO);
    const identity = query?.child('identity')?.attrs ?? {};
    /** @type {Map<string, string>} */
    const fields = new Map();
    for (const form of query?.elements('x', DATA_FORM) ?? []) {
      for (const field of form.elements('field')) fields.set(field.attrs.var ?? '', field.childText('value') ?? '');
    }
    return {
      features: new Set((query?.elements('feature') ?? []).map(({ attrs }) => attrs.var ?? '')),
      category: identity.category ?? '', type: identity.type ?? '', name: identity.name ?? '', fields,
    };
  }

  /** @param {XmlElement} iq */
  #answer(iq) {
    const node = iq.inNamespace(DISCO_INFO)?.attrs.node;
    return el('query', { xmlns: DISCO_INFO, node }, el('identity', IDENTITY),
      FEATURES.map((name) => el('feature', { var: name })));
  }
}
