// What is said about a message that was already sent: reactions (XEP-0444), retractions (XEP-0424) and moderation
// (XEP-0425). Reads them off a stanza and applies them; who may do what is decided here, and nowhere else.

import { FALLBACK, FASTEN, MODERATE, MODERATE_0, REACTIONS, RETRACT, RETRACT_0 } from '../xmpp/ns.mjs';
/** @typedef {import('./message-log.mjs').Message} Message */

const MOST_REACTIONS = 8; // of one person to one message
const EMOJI = /^(?=.*[^0-9#*])[\p{Emoji}\p{Emoji_Component}]{1,24}$/u;

/**
 * @typedef {{ kind: 'react' | 'retract' | 'moderate', id: string, emojis: string[], reason: string }} Change
 */

/** @param {import('../xmpp/xml.mjs').XmlElement} stanza @returns {Change | null} */
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
 * @param {import('../xmpp/xml.mjs').XmlElement} stanza @param {string} feature @param {string} body
 */
export function withoutFallback(stanza, feature, body) {
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
