// Reads what a message stanza says into plain data, and writes such stanzas. Trusts nothing: who may say what is
// decided by those who know the conversation.

import { el } from '../xmpp/xml.mjs';
import {
  CHAT_STATES, CORRECT, DELAY, ENCRYPTION, HINTS, MARKERS, OCCUPANT_ID, OOB, RECEIPTS, REPLY, RETRACT, STANZA_ID,
} from '../xmpp/ns.mjs';
import { readChange, withoutFallback } from './changes.mjs';
/** @typedef {import('../xmpp/xml.mjs').XmlElement} XmlElement */

const BODY_LIMIT = 64 * 1024; // what one row may show

/**
 * @typedef {{
 *   type: string, from: string, to: string, id: string, originId: string, stanzaIds: Map<string, string>,
 *   body: string | null, subject: string | null, delay: number, delayFrom: string, replaces: string, received: string, displayed: string,
 *   wantsReceipt: boolean, markable: boolean, chatState: string, encrypted: string, url: string,
 *   occupantId: string, change: import('./changes.mjs').Change | null, retracted: boolean,
 *   quote: { id: string, from: string, text: string } | null,
 * }} ParsedMessage `delay` is a time in ms or 0; quote: what it answers; retracted: what an archive keeps of a message taken back
 */

/** @param {XmlElement | null} delay */
export const readDelay = (delay) => Date.parse(delay?.attrs.stamp ?? '') || 0;

/** @param {XmlElement} stanza @returns {ParsedMessage} */
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
