// What crosses the wire, for whoever looks for a fault: a bounded list of lines without anything secret in them. What
// people say is left out too, unless asked for.

import { Emitter } from '../core/base.mjs';
import { serialize, XmlElement } from './xml.mjs';

const LINES = 500;
const LENGTH = 4_000;
// All that is inside these is secret: SASL and SASL2, registration, tokens, room passwords.
const SECRET = new Set([
  'auth', 'authenticate', 'response', 'challenge', 'success', 'initial-response', 'additional-data', 'token', 'password', 'digest', 'key', 'header',
]);
const SAID = new Set(['body', 'subject', 'status', 'data', 'BINVAL', 'reason', 'desc', 'url']);
const SECRET_ATTRIBUTES = new Set(['token', 'previd', 'password']);
const SECRET_FIELD = /pass|secret|token/i;

/**
 * Whoever knows a place for a file may fill or fetch it, whoever knows a session's name may take it over.
 * @param {string} element @param {string} attribute
 */
const grants = (element, attribute) => SECRET_ATTRIBUTES.has(attribute) || (attribute === 'url' && (element === 'put' || element === 'get')) || (element === 'enabled' && attribute === 'id');

/** @param {XmlElement} element */
const hidesAll = ({ name, attrs }) => SECRET.has(name) || (name === 'field' && (attrs.type === 'text-private' || SECRET_FIELD.test(attrs.var ?? '')));

/**
 * @param {XmlElement} element @param {boolean} said whether what people say stays
 * @param {boolean} [inside] whether it is part of something secret @returns {XmlElement}
 */
export function redacted(element, said = false, inside = false) {
  const secret = inside || hidesAll(element);
  const hide = secret || (!said && (SAID.has(element.name) || element.name === 'value'));
  const attrs = Object.fromEntries(Object.entries(element.attrs).map(([name, value]) => [name, grants(element.name, name) ? '[hidden]' : value]));
  const children = element.children.map((child) => (typeof child !== 'string' ? redacted(child, said, secret) : hide && child.trim() ? `[${child.length} hidden]` : child));
  return new XmlElement(element.name, element.ns, attrs, children);
}

/** Event: line. */
export class Trace extends Emitter {
  /** @type {{ time: number, mark: string, text: string }[]} */
  lines = [];
  said = false;

  /** @param {() => number} now */
  constructor(now) {
    super();
    this.now = now;
  }

  /** @param {string} mark > for what we send, < for what comes, = for what happens @param {string} text */
  note(mark, text) {
    this.lines.push({ time: this.now(), mark, text: text.slice(0, LENGTH) });
    if (this.lines.length > LINES) this.lines.shift();
    this.emit('line', this.lines[this.lines.length - 1]);
  }

  /**
   * Looks at everything that goes through a transport.
   * @template {Transport} T
   * @param {T} transport @returns {T}
   */
  watch(transport) {
    const send = transport.send.bind(transport);
    transport.send = (element) => {
      this.note('>', serialize(redacted(element, this.said)));
      send(element);
    };
    transport.on('open', () => this.note('=', 'open'));
    transport.on('element', (element) => this.note('<', serialize(redacted(element, this.said))));
    transport.on('close', ({ failure }) => this.note('=', `closed ${failure?.message ?? ''}`));
    return transport;
  }
}
