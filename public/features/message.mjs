// Message stanzas read into plain data, and written. Also what is said about earlier ones: reactions (XEP-0444), retractions
// (XEP-0424), moderation (XEP-0425); who may do what is decided here, and nowhere else.

import {
  CHAT_STATES, CORRECT, DELAY, ENCRYPTION, FALLBACK, FASTEN, HINTS, MARKERS, MODERATE, MODERATE_0, OCCUPANT_ID, OOB, REACTIONS, RECEIPTS, REPLY, RETRACT, RETRACT_0, STANZA_ID,
} from '../xmpp/ns.mjs';
import { el } from '../xmpp/xml.mjs';

const MOST_REACTIONS = 8; // of one person to one message
const EMOJI = /^(?=.*[^0-9#*])[\p{Emoji}\p{Emoji_Component}]{1,24}$/u;

/**
 * @typedef {{ kind: 'react' | 'retract' | 'moderate', id: string, emojis: string[], reason: string }} Change
 */

/** @param {XmlElement} stanza @returns {Change | null} */
export function readChange(stanza) {
  const reactions = stanza.child('reactions', REACTIONS);
  if (reactions) {
    const emojis = [...new Set(reactions.elements('reaction').map(({ text }) => text.trim()))].filter((text) => EMOJI.test(text));
    return { kind: 'react', id: reactions.attrs.id ?? '', emojis: emojis.slice(0, MOST_REACTIONS), reason: '' };
  }
  const retract = stanza.child('retract', RETRACT);
  if (retract) {
    const moderated = retract.child('moderated', MODERATE) !== null;
    return { kind: moderated ? 'moderate' : 'retract', id: retract.attrs.id ?? '', emojis: [], reason: retract.childText('reason') ?? '' };
  }
  // The forms of the years before.
  const applied = stanza.child('apply-to', FASTEN);
  const moderated = applied?.child('moderated', MODERATE_0);
  if (applied && moderated) return { kind: 'moderate', id: applied.attrs.id ?? '', emojis: [], reason: moderated.childText('reason') ?? '' };
  return applied?.child('retract', RETRACT_0) ? { kind: 'retract', id: applied.attrs.id ?? '', emojis: [], reason: '' } : null;
}

/**
 * Changes a message; false when that one has no right to.
 * @param {Message} message @param {Change} change
 * @param {{ from: string, author: string, time: number, isRoom?: boolean }} sender isRoom: the room itself, which passes on what moderators do
 */
export function applyChange(message, { kind, emojis, reason }, { from, author, time, isRoom = false }) {
  if (kind === 'react') {
    const known = message.reactions.get(author);
    // Archives are read backwards as well: the last word counts.
    if (message.retracted || (known && known.time > time)) return false;
    message.reactions.set(author, { from, emojis, time });
    return true;
  }
  if (kind === 'moderate' ? !isRoom : message.author !== author) return false;
  Object.assign(message, { body: '', url: '', quote: null, retracted: true, reason: reason.slice(0, 200) });
  message.reactions.clear();
  return true;
}

/**
 * The body without what is there only for clients that cannot do better (XEP-0428): places are counted in code points.
 * @param {XmlElement} stanza @param {string} feature @param {string} body
 */
function withoutFallback(stanza, feature, body) {
  const fallback = stanza.elements('fallback', FALLBACK).find(({ attrs }) => attrs.for === feature);
  const range = fallback?.child('body')?.attrs;
  if (!range) return { body, dropped: '' };
  const characters = [...body];
  const start = Math.max(0, Number(range.start) || 0);
  const end = range.end === undefined ? characters.length : Math.min(characters.length, Number(range.end) || 0);
  if (end <= start) return { body, dropped: '' };
  const rest = [...characters.slice(0, start), ...characters.slice(end)].join('');
  // A message that would be nothing but fallback is better than no message.
  return rest.trim() ? { body: rest, dropped: characters.slice(start, end).join('') } : { body, dropped: '' };
}

const BODY_LIMIT = 64 * 1024; // what one row may show

/**
 * @typedef {ReturnType<typeof parseMessage>} ParsedMessage `delay` is a time in ms or 0; quote: what it answers; retracted: what an
 *   archive keeps of a message taken back
 */

/** @param {XmlElement | null} delay */
export const readDelay = (delay) => Date.parse(delay?.attrs.stamp ?? '') || 0;

/** @param {XmlElement} stanza */
export function parseMessage(stanza) {
  const { attrs } = stanza;
  const stanzaIds = new Map(stanza.elements('stanza-id', STANZA_ID).map(({ attrs: { by, id } }) => [by ?? '', id ?? '']));
  const encryption = stanza.child('encryption', ENCRYPTION)?.attrs;
  const delay = stanza.child('delay', DELAY);
  const reply = stanza.child('reply', REPLY)?.attrs;
  const whole = stanza.childText('body')?.slice(0, BODY_LIMIT) ?? null;
  const { body, dropped } = reply && whole ? withoutFallback(stanza, REPLY, whole) : { body: whole, dropped: '' };
  return {
    type: attrs.type ?? 'normal',
    from: attrs.from ?? '',
    to: attrs.to ?? '',
    id: attrs.id ?? '',
    originId: stanza.child('origin-id', STANZA_ID)?.attrs.id ?? '',
    stanzaIds,
    body,
    subject: stanza.childText('subject'),
    delay: readDelay(delay),
    delayFrom: delay?.attrs.from ?? '',
    replaces: stanza.child('replace', CORRECT)?.attrs.id ?? '',
    received: stanza.child('received', RECEIPTS)?.attrs.id ?? '',
    displayed: stanza.child('displayed', MARKERS)?.attrs.id ?? '',
    wantsReceipt: stanza.child('request', RECEIPTS) !== null,
    markable: stanza.child('markable', MARKERS) !== null,
    chatState: stanza.inNamespace(CHAT_STATES)?.name ?? '',
    encrypted: encryption ? (encryption.name ?? encryption.namespace ?? '?') : '',
    url: stanza.child('x', OOB)?.childText('url') ?? '',
    occupantId: stanza.child('occupant-id', OCCUPANT_ID)?.attrs.id ?? '',
    change: readChange(stanza),
    retracted: stanza.child('retracted', RETRACT) !== null,
    quote: reply ? { id: reply.id ?? '', from: reply.to ?? '', text: dropped.replace(/^> ?/gm, '').trim() } : null,
  };
}

/**
 * A text message. The id is origin id too, so that any archive or carbon that shows it again is recognised (XEP-0359).
 * @param {{ to: string, type: 'chat' | 'groupchat', id: string, body: string, replaces?: string, url?: string }} message
 */
export function textMessage({ to, type, id, body, replaces, url }) {
  const chat = type === 'chat';
  return el(
    'message', { to, type, id },
    el('body', {}, body),
    el('origin-id', { xmlns: STANZA_ID, id }),
    replaces && el('replace', { xmlns: CORRECT, id: replaces }),
    url && el('x', { xmlns: OOB }, el('url', {}, url)),
    chat && el('request', { xmlns: RECEIPTS }),
    chat && el('markable', { xmlns: MARKERS }),
    el('active', { xmlns: CHAT_STATES }),
  );
}

/** @param {string} to @param {string} id */
export const receiptMessage = (to, id) =>
  el('message', { to, type: 'chat' }, el('received', { xmlns: RECEIPTS, id }), el('store', { xmlns: HINTS }));

/** @param {string} to @param {string} id */
export const displayedMessage = (to, id) =>
  el('message', { to, type: 'chat' }, el('displayed', { xmlns: MARKERS, id }), el('store', { xmlns: HINTS }));

/** @param {string} to @param {'chat' | 'groupchat'} type @param {string} state */
export const chatStateMessage = (to, type, state) =>
  el('message', { to, type }, el(state, { xmlns: CHAT_STATES }), el('no-store', { xmlns: HINTS }));
