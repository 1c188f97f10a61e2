// Strict XML for XMPP: the element model, one parser for whole documents, one builder, one serialiser. Knows namespaces
// and RFC 6120 section 11 (no comments, PIs, DTDs or further entities); knows no stanza.

import { CLIENT, XML } from './ns.mjs';

/** Bounds against a hostile server; far above what any stanza needs. */
export const LIMITS = { length: 4 << 20, depth: 128, elements: 100_000 };

export class XmlError extends Error {
  /** @param {string} reason @param {number} at */
  constructor(reason, at) {
    super(`${reason} at ${at}`);
    this.name = 'XmlError';
  }
}

export class XmlElement {
  /**
   * @param {string} name local name
   * @param {string | null} ns null: the namespace of the parent it is put into
   * @param {Record<string, string>} attrs by local name; foreign attributes as `{ns}name`, `xml:lang` as such
   * @param {(XmlElement | string)[]} children
   */
  constructor(name, ns, attrs, children) {
    this.name = name;
    this.ns = ns;
    this.attrs = attrs;
    this.children = children;
  }

  /** @param {string} name @param {string | null} [ns] default: this element's */
  child(name, ns = this.ns) {
    for (const node of this.children) {
      if (typeof node !== 'string' && node.name === name && node.ns === ns) return node;
    }
    return null;
  }

  /** @param {string} [name] @param {string | null} [ns] @returns {XmlElement[]} */
  elements(name, ns = this.ns) {
    /** @type {XmlElement[]} */
    const found = [];
    for (const node of this.children) {
      if (typeof node !== 'string' && (!name || (node.name === name && node.ns === ns))) found.push(node);
    }
    return found;
  }

  /** @param {string} ns */
  inNamespace(ns) {
    return this.elements().find((node) => node.ns === ns) ?? null;
  }

  /** @param {string} name @param {string} ns */
  is(name, ns) {
    return this.name === name && this.ns === ns;
  }

  get text() {
    return this.children.filter((node) => typeof node === 'string').join('');
  }

  /**
   * Text of a child, or null without such a child.
   * @param {string} name @param {string | null} [ns]
   */
  childText(name, ns = this.ns) {
    return this.child(name, ns)?.text ?? null;
  }

  toString() {
    return serialize(this);
  }
}

const NAME_START =
  'A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F' +
  '\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}';
const NC_NAME = `[${NAME_START}][${NAME_START}\\-.0-9\\u00B7\\u0300-\\u036F\\u203F\\u2040]*`;
const QNAME = `(?:(${NC_NAME}):)?(${NC_NAME})`;
const START_TAG = new RegExp(`<${QNAME}`, 'uy');
const END_TAG = new RegExp(`</((?:${NC_NAME}:)?${NC_NAME})[ \\t\\r\\n]*>`, 'uy');
const ATTRIBUTE = new RegExp(`[ \\t\\r\\n]+${QNAME}[ \\t\\r\\n]*=[ \\t\\r\\n]*(?:"([^<"]*)"|'([^<']*)')`, 'uy');
const TAG_END = /[ \t\r\n]*(\/?)>/uy;
const DECLARATION = /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*["']1\.0["'][^?<>]*\?>/;
// XML 1.0 section 2.2, unpaired surrogates included.
const ILLEGAL = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const ENTITIES = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** @param {string} raw @param {number} at */
function decodeReferences(raw, at) {
  return raw.replace(/&([^;&]{0,12};?)/g, (whole, inside) => {
    const name = inside.slice(0, -1);
    if (inside.endsWith(';')) {
      if (Object.hasOwn(ENTITIES, name)) return ENTITIES[/** @type {'lt'} */ (name)];
      const match = /^#(?:([0-9]{1,8})|x([0-9a-fA-F]{1,6}))$/.exec(name);
      const code = match ? parseInt(match[1] ?? match[2], match[1] ? 10 : 16) : -1;
      if (code >= 0 && code <= 0x10ffff) {
        const char = String.fromCodePoint(code);
        if (!ILLEGAL.test(char)) return char;
      }
    }
    throw new XmlError(`bad reference ${whole}`, at);
  });
}

/** @param {string} raw @param {number} at */
function decodeText(raw, at) {
  if (raw.includes(']]>')) throw new XmlError(']]> in text', at);
  const text = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw;
  return text.includes('&') ? decodeReferences(text, at) : text;
}

/** @param {string} raw @param {number} at */
function decodeAttribute(raw, at) {
  const text = /[\t\r\n]/.test(raw) ? raw.replace(/\r\n|[\t\r\n]/g, ' ') : raw;
  return text.includes('&') ? decodeReferences(text, at) : text;
}

/** @typedef {Record<string, string>} Scope prefix to namespace; the default namespace under '' */

class Parser {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.count = 0;
    /** @type {{ element: XmlElement, tag: string, scope: Scope }[]} */
    this.open = [];
    /** @type {XmlElement | null} */
    this.root = null;
  }

  /** @param {string} reason @returns {never} */
  fail(reason) {
    throw new XmlError(reason, this.at);
  }

  /** @param {RegExp} pattern sticky */
  match(pattern) {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match) this.at = pattern.lastIndex;
    return match;
  }

  run() {
    const { text } = this;
    if (text.length > LIMITS.length) this.fail('too long');
    const illegal = ILLEGAL.exec(text);
    if (illegal) throw new XmlError('illegal character', illegal.index);
    this.at = DECLARATION.exec(text)?.[0].length ?? 0;
    if (text[this.at] !== '<') this.fail('no element');
    do this.markup();
    while (this.open.length > 0 && this.untilMarkup());
    if (!this.root || this.open.length > 0) return this.fail('unfinished');
    if (/[^ \t\r\n]/.test(text.slice(this.at))) this.fail('more than one element');
    return this.root;
  }

  untilMarkup() {
    const next = this.text.indexOf('<', this.at);
    if (next < 0) this.fail('unfinished');
    if (next > this.at) this.append(decodeText(this.text.slice(this.at, next), this.at));
    this.at = next;
    return true;
  }

  /** @param {string} text */
  append(text) {
    const { children } = this.open[this.open.length - 1].element;
    const last = children.length - 1;
    if (last >= 0 && typeof children[last] === 'string') children[last] += text;
    else children.push(text);
  }

  markup() {
    const second = this.text[this.at + 1];
    if (second === '/') this.endTag();
    else if (second === '!' || second === '?') this.special();
    else this.startTag();
  }

  /** CDATA is text; everything else that starts so is restricted (RFC 6120 section 11.1). */
  special() {
    if (!this.text.startsWith('<![CDATA[', this.at) || this.open.length === 0) this.fail('restricted XML');
    const end = this.text.indexOf(']]>', this.at);
    if (end < 0) this.fail('unfinished');
    const raw = this.text.slice(this.at + 9, end);
    this.append(raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw);
    this.at = end + 3;
  }

  endTag() {
    const match = this.match(END_TAG) ?? this.fail('bad end tag');
    if (this.open.pop()?.tag !== match[1]) this.fail('wrong end tag');
  }

  startTag() {
    const [, prefix, name] = this.match(START_TAG) ?? this.fail('bad tag');
    const tag = prefix === undefined ? name : `${prefix}:${name}`;
    const parent = this.open[this.open.length - 1];
    const { attributes, scope } = this.attributes(parent?.scope ?? ROOT_SCOPE);
    const end = this.match(TAG_END) ?? this.fail('bad tag');
    const element = new XmlElement(name, this.lookUp(prefix ?? '', scope), this.resolve(attributes, scope), []);
    this.count += 1;
    if (this.count > LIMITS.elements || this.open.length >= LIMITS.depth) this.fail('limit reached');
    if (parent) parent.element.children.push(element);
    else this.root = element;
    if (end[1] === '') this.open.push({ element, tag, scope });
  }

  /** @param {Scope} outer */
  attributes(outer) {
    /** @type {{ prefix: string | undefined, name: string, value: string }[]} */
    const attributes = [];
    let scope = outer;
    const declared = new Set();
    for (let match = this.match(ATTRIBUTE); match; match = this.match(ATTRIBUTE)) {
      const [, prefix, name] = match;
      const value = decodeAttribute(match[3] ?? match[4], this.at);
      if (prefix !== 'xmlns' && (prefix !== undefined || name !== 'xmlns')) {
        attributes.push({ prefix, name, value });
        continue;
      }
      const bound = prefix === undefined ? '' : name;
      const reserved = bound === 'xml' || bound === 'xmlns' || value === XML || value === XMLNS;
      if (declared.has(bound) || reserved || (bound !== '' && value === '')) this.fail('bad namespace declaration');
      declared.add(bound);
      if (scope === outer) scope = Object.create(outer);
      scope[bound] = value;
    }
    return { attributes, scope };
  }

  /** @param {{ prefix: string | undefined, name: string, value: string }[]} attributes @param {Scope} scope */
  resolve(attributes, scope) {
    /** @type {Record<string, string>} */
    const attrs = Object.create(null);
    for (const { prefix, name, value } of attributes) {
      const ns = prefix === undefined ? '' : this.lookUp(prefix, scope);
      const key = ns === '' ? name : ns === XML ? `xml:${name}` : `{${ns}}${name}`;
      if (key in attrs) this.fail('attribute twice');
      attrs[key] = value;
    }
    return attrs;
  }

  /** @param {string} prefix @param {Scope} scope */
  lookUp(prefix, scope) {
    return scope[prefix] ?? this.fail('unbound prefix');
  }
}

const XMLNS = 'http://www.w3.org/2000/xmlns/';
/** @type {Scope} */
const ROOT_SCOPE = Object.assign(Object.create(null), { '': '', xml: XML });

/**
 * Parses one whole document, as each WebSocket message is one (RFC 7395 section 3.3.3).
 * @param {string} text
 * @returns {XmlElement}
 */
export const parse = (text) => new Parser(text).run();

const STANZAS = new Set(['message', 'presence', 'iq']);

/** @typedef {XmlElement | string | null | undefined | false} Child */

/** @param {XmlElement} element @param {string} ns */
function adopt(element, ns) {
  if (element.ns !== null) return;
  element.ns = ns;
  for (const node of element.children) if (typeof node !== 'string') adopt(node, ns);
}

/**
 * `xmlns` among the attributes is the namespace; without it the element takes its parent's (stanzas: jabber:client).
 * Attributes that are null, undefined or false, and such children, are left out.
 * @param {string} name
 * @param {Record<string, string | number | null | undefined | false>} [attributes]
 * @param {...(Child | Child[])} children
 */
export function el(name, attributes = {}, ...children) {
  const { xmlns, ...rest } = attributes;
  /** @type {Record<string, string>} */
  const attrs = Object.create(null);
  for (const [key, value] of Object.entries(rest)) {
    if (value !== null && value !== undefined && value !== false) attrs[key] = String(value);
  }
  const nodes = /** @type {(XmlElement | string)[]} */ (
    children.flat().filter((node) => node !== null && node !== undefined && node !== false && node !== '')
  );
  const ns = xmlns ? String(xmlns) : STANZAS.has(name) ? CLIENT : null;
  const element = new XmlElement(name, ns, attrs, nodes);
  if (ns !== null) for (const node of nodes) if (typeof node !== 'string') adopt(node, ns);
  return element;
}

const ESCAPES = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', "'": '&apos;', '\t': '&#9;', '\n': '&#10;', '\r': '&#13;' };

/**
 * What a person typed may hold characters XML forbids: those become U+FFFD.
 * @param {string} text
 */
const legal = (text) => (ILLEGAL.test(text) ? text.replace(new RegExp(ILLEGAL.source, 'gu'), '\uFFFD') : text);

/** @param {string} text */
const escapeText = (text) => legal(text).replace(/[<>&\r]/g, (c) => ESCAPES[/** @type {'<'} */ (c)]);

/** @param {string} text */
const escapeAttribute = (text) => legal(text).replace(/[<>&"'\t\n\r]/g, (c) => ESCAPES[/** @type {'<'} */ (c)]);

/**
 * @param {XmlElement} element
 * @param {string} [parentNs] the default namespace in force around it
 * @returns {string}
 */
export function serialize(element, parentNs = '') {
  const ns = element.ns ?? parentNs;
  let out = `<${element.name}`;
  if (ns !== parentNs) out += ` xmlns="${escapeAttribute(ns)}"`;
  for (const [key, value] of Object.entries(element.attrs)) {
    if (key.startsWith('{')) throw new TypeError(`cannot write attribute ${key}`);
    out += ` ${key}="${escapeAttribute(value)}"`;
  }
  if (element.children.length === 0) return `${out}/>`;
  out += '>';
  for (const node of element.children) out += typeof node === 'string' ? escapeText(node) : serialize(node, ns);
  return `${out}</${element.name}>`;
}
