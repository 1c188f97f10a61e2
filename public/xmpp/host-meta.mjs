// Where a domain takes web clients, by its own word: host-meta in JSON, then in XML (RFC 6415, XEP-0156). Only https and
// wss count, since whoever answers decides where a password goes.

import { Failure, within } from '../core/base.mjs';
import { parse } from './xml.mjs';

const LIMIT = 8_000;
const SIZE_LIMIT = 64 * 1024;
const WEBSOCKET = 'urn:xmpp:alt-connections:websocket';
const BOSH = 'urn:xmpp:alt-connections:xbosh';

/** @typedef {{ rel: string, href: string }} Link */

/** @param {string} text @returns {Link[]} */
function readJson(text) {
  const { links } = JSON.parse(text);
  return Array.isArray(links) ? links.map((link) => ({ rel: String(link?.rel), href: String(link?.href) })) : [];
}

/** @param {string} text @returns {Link[]} */
function readXml(text) {
  const root = parse(text.replace(/^\uFEFF?\s*<\?xml[^>]*\?>\s*/, '').trim());
  return root.elements('Link').map(({ attrs }) => ({ rel: attrs.rel ?? '', href: attrs.href ?? '' }));
}

/** @param {Link[]} links @param {string} rel @param {string} protocol */
function endpoint(links, rel, protocol) {
  for (const link of links) {
    if (link.rel !== rel) continue;
    try {
      const url = new URL(link.href);
      if (url.protocol === protocol) return url.href;
    } catch {
      // The next one may be an address.
    }
  }
  return '';
}

/**
 * @param {string} domain @param {{ fetch: typeof fetch, clock: Clock }} host
 * @returns {Promise<{ websocket: string, bosh: string }>} throws the Failure to show
 */
export async function lookUp(domain, { fetch, clock }) {
  /** @param {string} name @param {(text: string) => Link[]} read */
  const ask = async (name, read) => {
    const response = await fetch(`https://${domain}/.well-known/${name}`, { credentials: 'omit', redirect: 'follow' });
    const text = response.ok ? await response.text() : '';
    if (!text || text.length > SIZE_LIMIT) throw new Error(`${name}: HTTP ${response.status}`);
    const links = read(text);
    const found = { websocket: endpoint(links, WEBSOCKET, 'wss:'), bosh: endpoint(links, BOSH, 'https:') };
    if (!found.websocket && !found.bosh) throw new Error(`${name}: no web address`);
    return found;
  };
  const late = () => new Failure('no-endpoint', { detail: 'no answer', retry: true });
  try {
    return await within(clock, LIMIT, ask('host-meta.json', readJson).catch(() => ask('host-meta', readXml)), late);
  } catch (error) {
    throw error instanceof Failure ? error : new Failure('no-endpoint', { detail: String(error) });
  }
}
