// Makes elements, never markup: text goes to text nodes, attributes through a list of known ones. Line icons and the sign
// of a person without a picture are elements as well.

const SVG = 'http://www.w3.org/2000/svg';
const ATTRIBUTES = new Set([
  'accept', 'alt', 'autocapitalize', 'autocomplete', 'autofocus', 'class', 'datetime', 'dir', 'download', 'enterkeyhint', 'for', 'href',
  'id', 'inputmode', 'lang', 'loading', 'max', 'multiple', 'name', 'novalidate', 'open', 'placeholder', 'rel', 'role', 'rows', 'spellcheck', 'src',
  'tabindex', 'target', 'title', 'type',
]);
// Marks that turn the order of letters around, so that a file or a person may look like another, and what no text needs.
const DECEIVING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202d\u202e]/g;
const PROPERTIES = new Set(['checked', 'disabled', 'hidden', 'required', 'selected', 'value', 'readOnly']);

/** @typedef {Node | string | null | undefined | false} Content */
/** @typedef {Record<string, any>} Props `on`: listeners by event; `data`: dataset; the rest attributes */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Props} [props] @param {...(Content | Content[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === 'data') Object.assign(element.dataset, value);
    else if (PROPERTIES.has(name)) Object.assign(element, { [name]: value });
    else if (ATTRIBUTES.has(name) || name.startsWith('aria-')) element.setAttribute(name, value === true ? '' : honest(String(value)));
    else throw new TypeError(`attribute ${name}`);
  }
  element.append(...contents(children));
  return element;
}

/** @param {Content} label @param {(event: Event) => unknown} act @param {string} [look] classes @param {Props} [more] */
export const button = (label, act, look = '', more = {}) => h('button', { class: `button ${look}`, type: 'button', on: { click: act }, ...more }, label);

/**
 * Shows a native dialog until it is closed. Chromium gives back the focus, but not always the caret.
 * @param {HTMLDialogElement} dialog
 */
export function showDialog(dialog) {
  const writer = document.activeElement instanceof HTMLTextAreaElement ? document.activeElement : null;
  const { selectionStart = 0, selectionEnd = 0, value } = writer ?? {};
  // Whoever has written meanwhile has it.
  const caret = () => document.activeElement === writer && writer?.value === value && writer?.setSelectionRange(selectionStart, selectionEnd);
  let outside = false; // a press that began inside, to mark words, may end beside it
  dialog.addEventListener('pointerdown', ({ target }) => (outside = target === dialog));
  dialog.addEventListener('click', ({ target }) => outside && target === dialog && dialog.close());
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    dialog.close();
    caret();
  });
  dialog.addEventListener('close', () => {
    dialog.remove();
    caret();
  });
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {string} text from whoever */
const honest = (text) => text.replace(DECEIVING, '');

/** @param {(Content | Content[])[]} children @returns {(Node | string)[]} */
const contents = (children) =>
  /** @type {(Node | string)[]} */ (children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== ''))
    .map((child) => (typeof child === 'string' ? honest(child) : child));

/** @param {Element} element @param {...(Content | Content[])} children */
export const fill = (element, ...children) => element.replaceChildren(...contents(children));

/**
 * Puts children in order and moves only those that are elsewhere: one that stays keeps the focus.
 * @param {Element} parent @param {Element[]} wanted
 */
export function arrange(parent, wanted) {
  const staying = new Set(wanted);
  for (const child of [...parent.children]) if (!staying.has(child)) child.remove();
  wanted.forEach((child, i) => parent.children[i] !== child && parent.insertBefore(child, parent.children[i] ?? null));
}

// Line icons: path data on a grid of 24 by 24.
export const BACK = 'M15 5l-7 7 7 7';
export const PLUS = 'M12 5v14M5 12h14';
export const SEND = 'M5 12h13M12.5 6l6 6-6 6';
export const MORE = 'M12 5a.7.7 0 1 1 0 1.4.7.7 0 0 1 0-1.4zM12 11.3a.7.7 0 1 1 0 1.4.7.7 0 0 1 0-1.4zM12 17.6a.7.7 0 1 1 0 1.4.7.7 0 0 1 0-1.4z';
export const DOWN = 'M12 5v13M6.5 12.5l5.5 6 5.5-6';
export const CLOCK = 'M12 4.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15zM12 8v4.5l3 1.5';
export const CHECK = 'M5 12.5l4.5 4.5L19 7.5';
export const CHECKS = 'M2.5 12.5L7 17l9.5-9.5M12 16l1 1 9.5-9.5';
export const WARNING = 'M12 4.5L3.5 19h17zM12 10v4.5M12 16.8v.01';
export const CLIP = 'M18.5 11.5l-6.7 6.7a4 4 0 0 1-5.7-5.7l7.4-7.4a2.7 2.7 0 0 1 3.8 3.8l-7.3 7.3a1.3 1.3 0 0 1-1.9-1.9l6.4-6.3';

/** @param {string} path */
export function icon(path) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

/** The product's sign, the same as icons/icon.svg. */
export function sign() {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 48 48');
  svg.setAttribute('class', 'sign');
  svg.setAttribute('aria-hidden', 'true');
  for (const d of ['M12 4h24a8 8 0 0 1 8 8v20a8 8 0 0 1-8 8H17L4 46V12a8 8 0 0 1 8-8z', 'M14 15l9 7-9 7M27 29h8']) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

/**
 * Runs `render` once for any number of calls before the next frame; in a hidden page, where frames stop, a little later.
 * @param {() => void} render
 * @returns {() => void}
 */
export function perFrame(render) {
  let planned = false;
  const run = () => {
    planned = false;
    render();
  };
  return () => {
    if (planned) return;
    planned = true;
    if (document.hidden) setTimeout(run, 200);
    else requestAnimationFrame(run);
  };
}

/**
 * The first 32 bits of a SHA-1, here and now: WebCrypto would make a picture's colour wait.
 * @param {Uint8Array} text
 */
function sha1Head(text) {
  const size = ((text.length + 8) >> 6) + 1;
  const words = new Uint32Array(size * 16);
  text.forEach((byte, i) => (words[i >> 2] |= byte << (24 - (i & 3) * 8)));
  words[text.length >> 2] |= 0x80 << (24 - (text.length & 3) * 8);
  words[words.length - 1] = text.length * 8;
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  const w = new Uint32Array(80);
  const turn = (/** @type {number} */ x, /** @type {number} */ by) => (x << by) | (x >>> (32 - by));
  for (let block = 0; block < words.length; block += 16) {
    for (let i = 0; i < 80; i += 1) w[i] = i < 16 ? words[block + i] : turn(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    let [a, b, c, d, e] = state;
    for (let i = 0; i < 80; i += 1) {
      const [f, k] = i < 20 ? [(b & c) | (~b & d), 0x5a827999] : i < 40 ? [b ^ c ^ d, 0x6ed9eba1] : i < 60 ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc] : [b ^ c ^ d, 0xca62c1d6];
      [a, b, c, d, e] = [(turn(a, 5) + f + e + k + w[i]) | 0, a, turn(b, 30), c, d];
    }
    [a, b, c, d, e].forEach((value, i) => (state[i] = (state[i] + value) | 0));
  }
  return state[0];
}

/**
 * XEP-0392 section 5.1: the angle that every client gives the same name.
 * @param {string} text
 */
export function angleOf(text) {
  const head = sha1Head(new TextEncoder().encode(text));
  return ((((head >>> 16) & 0xff) << 8 | head >>> 24) / 65_536) * 360;
}

// Red, yellow, green, cyan, blue, magenta, red in HSLuv, which XEP-0392 means, and in the colours of our css.
const HSLUV = [12.2, 85.9, 127.7, 192.2, 265.9, 307.7, 372.2];
const OKLCH = [29.2, 109.8, 142.5, 194.8, 264.1, 328.4, 389.2];
const HUES = 2_000;
/** @type {Map<string, number>} */
const hues = new Map();

/**
 * The hue of a person or room; of somebody in a room that of the name there.
 * @param {string} jid
 */
export function hueOf(jid) {
  const name = jid.slice(jid.indexOf('/') + 1);
  const known = hues.get(name);
  if (known !== undefined) return known;
  const angle = angleOf(name);
  const at = angle < HSLUV[0] ? angle + 360 : angle;
  const i = HSLUV.findIndex((_, n) => at < HSLUV[n + 1]);
  const hue = Math.round(OKLCH[i] + ((at - HSLUV[i]) / (HSLUV[i + 1] - HSLUV[i])) * (OKLCH[i + 1] - OKLCH[i])) % 360;
  if (hues.size >= HUES) hues.clear();
  hues.set(name, hue);
  return hue;
}

/** @param {string} name */
function initials(name) {
  const words = name.trim().split(/[\s._-]+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : [words[0] ?? '?'];
  return letters.map((word) => [...word][0]).join('').toUpperCase();
}

/** @type {(jid: string) => string} */
let pictureOf = () => '';

/**
 * Where pictures of people come from, once there are any.
 * @param {(jid: string) => string} source gives the address of a picture or ''
 */
export const usePictures = (source) => (pictureOf = source);

/** @param {string} jid @param {string} name @param {'chat' | 'room'} [kind] */
export function avatar(jid, name, kind = 'chat') {
  const src = pictureOf(jid);
  const element = h('span', { class: `avatar ${kind}`, 'aria-hidden': 'true' },
    src ? h('img', { src, alt: '' }) : kind === 'room' ? '#' : initials(name));
  element.style.setProperty('--hue', String(hueOf(jid)));
  return element;
}
