// Files to and from others: the upload with its progress, pictures that are loaded only when somebody asks for them, and
// addresses in plain text, of which only harmless ones become links.

import { t } from '../i18n/i18n.mjs';
import { StanzaError } from '../xmpp/errors.mjs';
import { button, h } from './dom.mjs';

const STALL_LIMIT = 30_000;
const REFUSED = new Map([[413, 'file-too-large'], [507, 'resource-constraint']]);
const PICTURE = /\.(?:avif|gif|jpe?g|png|webp)$/i; // never SVG, which is a document

/** @type {Put} */
export const putFile = ({ put, headers }, file, progress, stop) => new Promise((resolve, reject) => {
  const request = new XMLHttpRequest();
  const fail = (/** @type {string} */ condition) => reject(new StanzaError(condition));
  // Whoever gets nothing through for so long has no way to there any more.
  let stalled = 0;
  const goesOn = () => {
    window.clearTimeout(stalled);
    stalled = window.setTimeout(() => request.abort(), STALL_LIMIT);
  };
  goesOn();
  stop.addEventListener('abort', () => request.abort());
  request.open('PUT', put);
  for (const [name, value] of headers) request.setRequestHeader(name, value);
  request.upload.onprogress = ({ loaded, total }) => {
    goesOn();
    progress(total > 0 ? loaded / total : 0);
  };
  request.onload = () => {
    if (request.status >= 200 && request.status < 300) resolve();
    else fail(REFUSED.get(request.status) ?? 'upload-failed');
  };
  request.onerror = request.onabort = () => fail('upload-failed');
  request.onloadend = () => window.clearTimeout(stalled);
  request.send(file);
});

const KEY = 'edge.pictures';

/** @param {KeyValue} storage whether pictures of contacts are fetched without being asked for */
export const wantsPictures = (storage) => storage.getItem(KEY) === 'yes';

/** @param {KeyValue} storage @param {boolean} wanted */
export const setPictures = (storage, wanted) => storage.setItem(KEY, wanted ? 'yes' : 'no');

/**
 * A button that becomes the picture; nothing is fetched before, unless it is to be shown at once.
 * @param {string} address @param {boolean} atOnce
 */
export function picture(address, atOnce) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  // On plain http the policy of the page says which hosts are meant.
  const allowed = url.protocol === 'https:' || (url.protocol === 'http:' && location.protocol === 'http:');
  if (!allowed || !PICTURE.test(url.pathname)) return null;
  const { href } = url;
  const shown = () => {
    const image = h('img', { class: 'picture', src: href, alt: t('media.picture'), loading: 'lazy' });
    image.addEventListener('error', () => image.replaceWith(h('span', { class: 'hint' }, t('media.broken'))));
    return image;
  };
  const ask = button(t('media.show'), () => ask.replaceWith(shown()), 'small show', { title: url.host });
  return atOnce ? shown() : ask;
}

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
function safeUrl(text) {
  try {
    const url = new URL(text);
    return PROTOCOLS.has(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

/** @param {string} text @returns {(string | { url: URL, shown: string })[]} */
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
