// Pictures of people and rooms (XEP-0084, XEP-0153): learns their hashes as they come, fetches one only when it is about
// to be shown, believes it only when its hash is right, and keeps it for the next visit.

import { fromBase64, hex } from '../core/bytes.mjs';
import { Emitter } from '../core/base.mjs';
import { read, remove, write } from '../core/idb.mjs';
import { bareOf, parseJid } from '../xmpp/jid.mjs';
import { AVATAR_DATA, AVATAR_METADATA, MUC_USER, PUBSUB, PUBSUB_EVENT, VCARD, VCARD_UPDATE } from '../xmpp/ns.mjs';
import { el } from '../xmpp/xml.mjs';

const STORE = 'avatars';
const INDEX = 'index'; // by address, for those who are away at the next login
const SIZE_LIMIT = 256 * 1024;
const AT_ONCE = 2; // a room of thousands must not become a storm of requests
const KEPT = 300;
const KNOWN_LIMIT = 10_000;
const HASH = /^[0-9a-f]{40}$/;

/**
 * By their first bytes. Never SVG, which is a document.
 * @param {Uint8Array} bytes
 */
export function imageType(bytes) {
  const head = String.fromCharCode(...bytes.subarray(0, 12));
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(head)) return 'image/gif';
  return /^RIFF[^]{4}WEBP/.test(head) ? 'image/webp' : '';
}

/** @typedef {{ hash: string, pep: boolean }} Known */

/** Event: change (address). */
export class Avatars extends Emitter {
  /** @type {Map<string, Known>} */
  #known = new Map();
  /** @type {Map<string, string>} */
  #urls = new Map();
  /**
   * Asked for, or known to be of no use.
   * @type {Set<string>}
   */
  #tried = new Set();
  /** @type {string[]} */
  #waiting = [];
  #running = 0;
  #saving = false;

  /** @param {Router} router @param {{ indexedDB: IDBFactory, clock: Clock }} host */
  constructor(router, host) {
    super();
    this.router = router;
    this.host = host;
    router.on('message', (stanza) => this.#metadata(stanza));
    router.on('presence', (stanza) => this.#presence(stanza));
    router.connection.on('ready', ({ resumed }) => !resumed && this.#tried.clear());
  }

  async load() {
    const index = (await read(this.host.indexedDB, STORE, INDEX).catch(() => null)) ?? {};
    for (const [jid, known] of Object.entries(index)) if (!this.#known.has(jid)) this.#known.set(jid, known);
    this.emit('change', '');
  }

  /**
   * The picture to show for an address, '' while there is none. Asking for it is what makes it be fetched.
   * @param {string} jid bare, or an occupant's
   */
  urlOf(jid) {
    const known = this.#known.get(jid);
    if (!known) return '';
    const url = this.#urls.get(known.hash);
    if (url === undefined && !this.#tried.has(known.hash)) {
      this.#tried.add(known.hash);
      this.#waiting.push(jid);
      void this.#work();
    }
    return url ?? '';
  }

  /** @param {string} jid @param {string} hash '' for no picture @param {boolean} pep the newer of the two ways, which wins */
  #learn(jid, hash, pep) {
    const before = this.#known.get(jid);
    if ((before?.hash ?? '') === hash || (before?.pep && !pep)) return;
    if (!hash) this.#known.delete(jid);
    else if (before || this.#known.size < KNOWN_LIMIT) this.#known.set(jid, { hash, pep });
    this.emit('change', jid);
  }

  /** @param {XmlElement} stanza */
  #metadata(stanza) {
    const items = stanza.child('event', PUBSUB_EVENT)?.child('items');
    if (items?.attrs.node !== AVATAR_METADATA) return false;
    const jid = stanza.attrs.from === undefined ? this.router.connection.jid.bare : bareOf(stanza.attrs.from);
    const metadata = items.child('item')?.child('metadata', AVATAR_METADATA);
    if (!jid || stanza.attrs.from?.includes('/') || !metadata) return true;
    const info = metadata.elements('info').map(({ attrs }) => attrs)
      .find(({ id = '', url, bytes }) => HASH.test(id) && !url && !(Number(bytes) > SIZE_LIMIT));
    this.#learn(jid, info?.id ?? '', true);
    return true;
  }

  /** @param {XmlElement} stanza */
  #presence(stanza) {
    const photo = stanza.child('x', VCARD_UPDATE)?.childText('photo') ?? null;
    const from = parseJid(stanza.attrs.from);
    if (photo === null || !from || stanza.attrs.type !== undefined) return;
    // An occupant's picture is the occupant's; a contact's is the same for all resources.
    const jid = stanza.inNamespace(MUC_USER) ? from.toString() : from.bare;
    const hash = photo.trim().toLowerCase();
    this.#learn(jid, HASH.test(hash) ? hash : '', false);
  }

  async #work() {
    if (this.#running >= AT_ONCE) return;
    this.#running += 1;
    for (let jid = this.#waiting.shift(); jid !== undefined; jid = this.#waiting.shift()) {
      const known = this.#known.get(jid);
      if (!known) continue;
      const blob = await this.#obtain(jid, known).catch(() => null);
      this.#urls.set(known.hash, blob ? URL.createObjectURL(blob) : '');
      if (blob) this.emit('change', jid);
    }
    this.#running -= 1;
  }

  /** @param {string} jid @param {Known} known @returns {Promise<Blob | null>} */
  async #obtain(jid, { hash, pep }) {
    const { indexedDB } = this.host;
    const kept = await read(indexedDB, STORE, hash).catch(() => null);
    if (kept instanceof Blob) return kept;
    const bytes = pep ? await this.#fromPep(jid, hash) : await this.#fromCard(jid);
    const type = imageType(bytes);
    const real = hex(new Uint8Array(await crypto.subtle.digest('SHA-1', bytes)));
    if (!type || real !== hash || bytes.length > SIZE_LIMIT) return null;
    const blob = new Blob([bytes], { type });
    if (!jid.includes('/')) void write(indexedDB, STORE, hash, blob).then(() => this.#save()).catch(() => {});
    return blob;
  }

  /** @param {string} jid @param {string} hash */
  async #fromPep(jid, hash) {
    const items = el('items', { node: AVATAR_DATA }, el('item', { id: hash }));
    const answer = await this.router.ask('get', el('pubsub', { xmlns: PUBSUB }, items), jid);
    return decode(answer.child('pubsub', PUBSUB)?.child('items')?.child('item')?.childText('data', AVATAR_DATA));
  }

  /** @param {string} jid */
  async #fromCard(jid) {
    const answer = await this.router.ask('get', el('vCard', { xmlns: VCARD }), jid);
    return decode(answer.child('vCard', VCARD)?.child('PHOTO')?.childText('BINVAL'));
  }

  #save() {
    if (this.#saving) return;
    this.#saving = true;
    this.host.clock.after(2_000, async () => {
      this.#saving = false;
      const shown = [...this.#known].filter(([jid, { hash }]) => !jid.includes('/') && this.#urls.get(hash));
      const { indexedDB } = this.host;
      const before = Object.entries((await read(indexedDB, STORE, INDEX).catch(() => null)) ?? {});
      const index = Object.fromEntries([...before, ...shown].slice(-KEPT));
      await write(indexedDB, STORE, INDEX, index).catch(() => {});
      const used = new Set(Object.values(index).map(({ hash }) => hash));
      for (const [, { hash }] of before) if (!used.has(hash)) await remove(indexedDB, STORE, hash).catch(() => {});
    });
  }
}

/** @param {string | null | undefined} text @returns {Uint8Array} */
const decode = (text) => fromBase64((text ?? '').slice(0, SIZE_LIMIT * 2).replace(/\s+/g, ''));
