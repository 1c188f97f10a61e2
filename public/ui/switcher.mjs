// Goes to a conversation by a few letters of its name: what was talked in last, then contacts, then kept rooms; or to an
// address that is not among them. The field keeps the focus, whatever the arrow keys choose.

import { t } from '../i18n/i18n.mjs';
import { parseJid } from '../xmpp/jid.mjs';
import { MUC } from '../xmpp/ns.mjs';
import { IME_KEY } from './composer.mjs';
import { avatar, fill, h, showDialog } from './dom.mjs';

const SHOWN = 50; // in the document; more letters find the others
const PAGE = 8;
const collator = new Intl.Collator();

/** @typedef {{ jid: string, name: string, room: boolean, unread: number, time: number, text: string }} Place text: where words are looked for, '' for what is only offered */

/** @param {string} text */
const fold = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** @param {Place} place */
const rank = ({ unread, time, room }) => (unread > 0 ? 0 : time > 0 ? 1 : room ? 3 : 2);

/**
 * Everything there is to go to, in the order it is wanted most.
 * @param {{ roster: Pick<Client['roster'], 'contacts'> }} client @param {Pick<Chats, 'conversations' | 'bookmarks' | 'nameOf'>} chats
 * @returns {Place[]}
 */
export function placesOf({ roster }, { conversations, bookmarks, nameOf }) {
  const jids = new Set([...conversations.all.keys(), ...roster.contacts.keys(), ...bookmarks.all.keys()]);
  return [...jids].map((jid) => {
    const { kind, unread = 0, lastTime: time = 0 } = conversations.all.get(jid) ?? {};
    const name = bookmarks.all.get(jid)?.name || nameOf(jid);
    return { jid, name, room: kind === 'room' || bookmarks.all.has(jid), unread, time, text: fold(`${name} ${jid}`) };
  }).sort((a, b) => rank(a) - rank(b) || b.time - a.time || collator.compare(a.name, b.name));
}

/**
 * Those with every word in name or address; first those where each is the beginning of one.
 * @param {Place[]} places @param {string} typed
 */
export function find(places, typed) {
  const words = fold(typed).split(/\s+/).filter(Boolean);
  const begins = (/** @type {Place} */ { text }) => words.every((word) => ` ${text}`.includes(` ${word}`));
  const found = places.filter(({ text }) => words.every((word) => text.includes(word)));
  return [...found.filter(begins), ...found.filter((place) => !begins(place))];
}

/**
 * An address that somebody typed, and that is not known.
 * @param {Place[]} places @param {string} typed @param {Set<string>} services domains of rooms
 * @returns {Place | null}
 */
export function unknown(places, typed, services) {
  const address = parseJid(typed.trim());
  if (!address?.local || places.some(({ jid }) => jid === address.bare)) return null;
  const room = services.has(address.domain);
  return { jid: address.bare, name: t(room ? 'switch.enter' : 'switch.write', { address: address.bare }), room, unread: 0, time: 0, text: '' };
}

/**
 * Where a key leads from the place `at`; -1: nowhere.
 * @param {string} key @param {number} at @param {number} last
 */
function moved(key, at, last) {
  switch (key) {
    case 'ArrowDown': return at < last ? at + 1 : 0;
    case 'ArrowUp': return at > 0 ? at - 1 : last;
    case 'PageDown': return Math.min(at + PAGE, last);
    case 'PageUp': return Math.max(at - PAGE, 0);
    case 'Home': return 0;
    case 'End': return last;
    default: return -1;
  }
}

/** @param {Place} place */
const isOffer = ({ text }) => text === '';

/** @param {Place} place @param {number} i @param {string} show @param {(place: Place) => void} go */
function option(place, i, show, go) {
  const { jid, name, room, unread } = place;
  const known = !isOffer(place);
  return h('li', { class: 'entry', id: `place-${i}`, role: 'option', on: { click: () => go(place) } },
    h('span', { class: 'with-dot' }, avatar(jid, known ? name : jid, room ? 'room' : 'chat'), known && !room && h('span', { class: `dot ${show}` })),
    h('span', { class: 'entry-name' }, h('bdi', {}, name), known && h('span', { class: 'visually-hidden' }, ' ', t(room ? 'list.room' : `show.${show}`))),
    known && h('span', { class: 'entry-line' }, h('bdi', {}, jid)),
    unread > 0 && h('span', { class: 'badge' }, String(unread), h('span', { class: 'visually-hidden' }, ` ${t('list.unread')}`)));
}

/** @param {Client} client @param {Chats} chats @param {(jid: string) => void} open */
export function openSwitcher(client, chats, open) {
  const places = placesOf(client, chats);
  const services = new Set(places.filter(({ room }) => room).map(({ jid }) => jid.slice(jid.indexOf('@') + 1)));
  /** @type {Place[]} */
  let shown = [];
  let at = 0;

  const input = h('input', {
    type: 'text', role: 'combobox', placeholder: t('keys.switch'), 'aria-label': t('keys.switch'), 'aria-controls': 'places', 'aria-autocomplete': 'list',
    autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', enterkeyhint: 'go',
  });
  const list = h('ul', { class: 'entries', id: 'places', role: 'listbox', tabindex: '-1', 'aria-label': t('list.conversations') });
  const note = h('p', { class: 'hint', role: 'status' });
  const dialog = h('dialog', { class: 'dialog switcher', 'aria-label': t('keys.switch') }, h('div', { class: 'filter' }, input), list, note);

  /** @param {Place} place */
  const go = ({ jid, room }) => {
    dialog.close();
    if (!room || chats.conversations.all.has(jid)) open(jid);
    else void import('./rooms.mjs').then(({ enter }) => enter(client, { jid }, open));
  };

  /** @param {number} to */
  const choose = (to) => {
    list.children[at]?.removeAttribute('aria-selected');
    at = to;
    const chosen = list.children[at];
    chosen?.setAttribute('aria-selected', 'true');
    chosen?.scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', chosen?.id ?? '');
  };

  const render = (to = 0) => {
    const found = find(places, input.value);
    const other = unknown(places, input.value, services);
    shown = [...found.slice(0, SHOWN), ...(other ? [other] : [])];
    fill(list, ...shown.map((place, i) => option(place, i, chats.presence.of(place.jid).show, go)));
    input.setAttribute('aria-expanded', String(shown.length > 0));
    note.textContent = shown.length === 0 ? t('list.nothing') : found.length > SHOWN ? t('room.more', { count: found.length - SHOWN }) : '';
    choose(to);
  };

  input.addEventListener('input', () => render());
  input.addEventListener('keydown', (event) => {
    if (event.isComposing || event.keyCode === IME_KEY || shown.length === 0) return;
    const to = moved(event.key, at, shown.length - 1);
    if (event.key === 'Enter') go(shown[at]);
    else if (to >= 0 && !event.shiftKey) choose(to);
    else return;
    event.preventDefault();
  });
  // What is chosen by mouse does not take the focus from the field.
  list.addEventListener('mousedown', (event) => event.preventDefault());
  render();
  showDialog(dialog);
  void chats.disco.service(MUC).then((service) => {
    services.add(service);
    if (shown.some(isOffer)) render(at);
  }).catch(() => {});
}
