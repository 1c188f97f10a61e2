// Makes elements, never markup: text goes to text nodes, attributes through a list of known ones.

const SVG = 'http://www.w3.org/2000/svg';
const ATTRIBUTES = new Set([
  'accept', 'alt', 'autocapitalize', 'autocomplete', 'class', 'cols', 'datetime', 'dir', 'download', 'enterkeyhint', 'for', 'height', 'href',
  'id', 'inputmode', 'lang', 'max', 'maxlength', 'min', 'multiple', 'name', 'novalidate', 'open', 'placeholder', 'rel', 'role', 'rows', 'spellcheck', 'src',
  'tabindex', 'target', 'title', 'type', 'width',
]);
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
    else if (ATTRIBUTES.has(name) || name.startsWith('aria-')) element.setAttribute(name, value === true ? '' : String(value));
    else throw new TypeError(`attribute ${name}`);
  }
  element.append(...contents(children));
  return element;
}

/** @param {(Content | Content[])[]} children @returns {(Node | string)[]} */
const contents = (children) =>
  /** @type {(Node | string)[]} */ (children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== ''));

/** @param {Element} element @param {...(Content | Content[])} children */
export const fill = (element, ...children) => element.replaceChildren(...contents(children));

/**
 * A line icon of 24 by 24 from the path data in icons.mjs; decoration, its button carries the name.
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
