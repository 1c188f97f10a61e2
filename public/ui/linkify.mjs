// Finds addresses in plain text and makes safe links of them (security rule 4); everything else stays text.

import { h } from './dom.mjs';

const CANDIDATE = /\b(?:https?:\/\/|mailto:|xmpp:)[^\s<>"\u00A0\u2028\u2029]+/giu;
const PROTOCOLS = new Set(['http:', 'https:', 'mailto:', 'xmpp:']);

/**
 * Punctuation that belongs to the sentence, and a closing bracket without its opening one.
 * @param {string} text
 */
function trimEnd(text) {
  let end = text.length;
  for (; end > 0; end -= 1) {
    const char = text[end - 1];
    if (/[.,;:!?'…。，、]/u.test(char)) continue;
    if (char === ')' && text.slice(0, end).split('(').length < text.slice(0, end).split(')').length) continue;
    break;
  }
  return text.slice(0, end);
}

/** @param {string} text @returns {URL | null} */
export function safeUrl(text) {
  try {
    const url = new URL(text);
    return PROTOCOLS.has(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

/**
 * Text cut into plain strings and links; no DOM.
 * @param {string} text @returns {(string | { url: URL, shown: string })[]}
 */
export function splitLinks(text) {
  /** @type {(string | { url: URL, shown: string })[]} */
  const parts = [];
  let done = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const shown = trimEnd(match[0]);
    const url = safeUrl(shown);
    if (!url) continue;
    const at = match.index ?? 0;
    if (at > done) parts.push(text.slice(done, at));
    parts.push({ url, shown });
    done = at + shown.length;
  }
  if (done < text.length) parts.push(text.slice(done));
  return parts;
}

const NAME_LENGTH = 80;

/**
 * A file that was sent, by its name. Where it lies is said when it is pointed at, as for every link.
 * @param {string} address @returns {Node | null}
 */
export function fileLink(address) {
  const url = safeUrl(address);
  const [, last] = /([^/]+)$/.exec(url?.pathname ?? '') ?? [];
  if (!url || !last || !/^https?:$/.test(url.protocol)) return null;
  let name = last;
  try {
    name = decodeURIComponent(last);
  } catch {} // shown as it is
  return link(url, name.slice(0, NAME_LENGTH));
}

/** @param {URL} url @param {string} shown */
const link = (url, shown) => h('a', { href: url.href, title: url.host || url.pathname, rel: 'noopener noreferrer nofollow', target: '_blank' }, shown);

/** @param {string} text @returns {(Node | string)[]} */
export const linkify = (text) =>
  splitLinks(text).map((part) => (typeof part === 'string' ? part : link(part.url, part.shown)));
