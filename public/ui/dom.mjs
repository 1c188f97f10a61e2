// Makes elements, never markup: text goes to text nodes, attributes through a list of known ones. Line icons and the sign
// of a person without a picture are elements as well.

const SVG = 'http://www.w3.org/2000/svg';
const ATTRIBUTES = new Set([
  'accept', 'alt', 'autocapitalize', 'autocomplete', 'autofocus', 'class', 'cols', 'datetime', 'dir', 'download', 'enterkeyhint', 'for', 'height', 'href',
  'id', 'inputmode', 'lang', 'max', 'maxlength', 'min', 'multiple', 'name', 'novalidate', 'open', 'placeholder', 'rel', 'role', 'rows', 'spellcheck', 'src',
  'tabindex', 'target', 'title', 'type', 'width',
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
export const MENU = 'M5 7h14M5 12h14M5 17h14';
export const MORE = 'M12 5a.7.7 0 1 1 0 1.400.7.7 0 0 1 0-1.400zM12 11.300a.7.7 0 1 1 0 1.400.7.7 0 0 1 0-1.400zM12 17.600a.7.7 0 1 1 0 1.400.7.7 0 0 1 0-1.400z';
export const CLOSE = 'M6 6l12 12M18 6L6 18';
export const DOWN = 'M12 5v13M6.5 12.5l5.5 6 5.5-6';
export const SEARCH = 'M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM15 15l4.5 4.5';
export const CLOCK = 'M12 4.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15zM12 8v4.5l3 1.5';
export const CHECK = 'M5 12.5l4.5 4.5L19 7.5';
export const CHECKS = 'M2.5 12.5L7 17l9.5-9.5M12 16l1 1 9.5-9.5';
export const WARNING = 'M12 4.5L3.5 19h17zM12 10v4.5M12 16.8v.01';
export const PEOPLE = 'M9 5.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM3.5 18.5c.6-3 2.8-4.5 5.5-4.5s4.9 1.500 5.500 4.500M16 6.200a2.700 2.700 0 0 1 0 5.100M17.500 14.400c1.700.6 2.700 2 3 4.100';
export const CLIP = 'M18.500 11.500l-6.700 6.700a4 4 0 0 1-5.700-5.700l7.400-7.400a2.700 2.700 0 0 1 3.800 3.800l-7.300 7.300a1.300 1.300 0 0 1-1.900-1.900l6.400-6.300';

/**
 * A line icon from its path data; decoration, its button carries the name.
 * @param {string} path
 */
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

/** The product's sign: a speech bubble with one sharp edge, a prompt inside; the same as icons/icon.svg. */
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
 * A hue that every page gives the same address; FNV-1a spreads similar names.
 * @param {string} text
 */
export function hueOf(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % 360;
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
