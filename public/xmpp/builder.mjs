// The only way XML is made here: el(name, attributes, ...children). Nobody joins strings to XML.

import { XmlElement } from './xml.mjs';
import { CLIENT } from './ns.mjs';

const STANZAS = new Set(['message', 'presence', 'iq']);

/** @typedef {XmlElement | string | null | undefined | false} Child */

/**
 * Gives children without a namespace that of their parent.
 * @param {XmlElement} element @param {string} ns
 */
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
