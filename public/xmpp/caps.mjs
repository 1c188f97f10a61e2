// Says what we are and can do in one line of presence (XEP-0115), so that servers send us what we asked to be notified of
// (XEP-0163 section 4) and contacts need not ask.

import { base64, utf8 } from '../core/bytes.mjs';
import { el } from './xml.mjs';
import { CAPS } from './ns.mjs';

export const NODE = 'urn:xmpp-edge:page';
export const IDENTITY = { category: 'client', type: 'web', name: 'XMPP Edge' };

/**
 * The verification string (section 5.1). SHA-1 is what everybody uses; nothing secret hangs on it.
 * @param {{ category: string, type: string, name: string }} identity @param {string[]} features
 */
export async function verification({ category, type, name }, features) {
  const text = [`${category}/${type}//${name}`, ...[...features].sort()].map((part) => `${part}<`).join('');
  return base64(new Uint8Array(await crypto.subtle.digest('SHA-1', utf8(text))));
}

/** @param {string[]} features */
export const capsElement = async (features) => el('c', { xmlns: CAPS, hash: 'sha-1', node: NODE, ver: await verification(IDENTITY, features) });
