// Finds where and as which domain to connect: the edge that served the page says it in config.json.

import { Failure, within } from '../core/base.mjs';
import { bareOf } from './jid.mjs';

const LIMIT = 8_000;

/**
 * @typedef {ReturnType<typeof readConfig>} Config discover: other domains are asked themselves (host-meta.mjs); registration: the page may
 *   offer to make an account; guest: where people get in without one
 */

/** @param {unknown} value @returns {string} */
const text = (value) => (typeof value === 'string' ? value : '');

/** @param {string} endpoint a path or a URL @param {string} page @param {boolean} socket */
function resolveEndpoint(endpoint, page, socket) {
  if (!endpoint) return '';
  const url = new URL(endpoint, page);
  if (socket) url.protocol = url.protocol.replace(/^http/, 'ws');
  // A page that came over TLS never talks in the clear (RFC 7395 section 6).
  const secure = new URL(page).protocol === 'https:';
  const allowed = socket ? ['wss:', secure ? '' : 'ws:'] : ['https:', secure ? '' : 'http:'];
  return allowed.includes(url.protocol) ? url.href : '';
}

/** @param {any} raw */
function readGuest(raw) {
  const domain = text(raw?.domain);
  /** @type {string[]} */
  const rooms = Array.isArray(raw?.rooms) ? raw.rooms.map(text).map(bareOf).filter(Boolean) : [];
  return domain ? { domain, rooms } : null;
}

/**
 * The room a guest is to be led to; '' when the page is not asked for one.
 * @param {Config} config @param {string} page @param {boolean} embedded the page in frames is for guests only
 */
export function guestRoom({ guest }, page, embedded) {
  const asked = new URL(page).searchParams.get('room');
  if (!embedded && asked === null) return '';
  const room = bareOf(asked);
  if (!guest || (asked !== null && !room) || (room && guest.rooms.length > 0 && !guest.rooms.includes(room))) throw new Failure('no-guests');
  if (!room && guest.rooms.length === 0) throw new Failure('no-guests');
  return room || guest.rooms[0];
}

/**
 * @param {any} raw what config.json holds
 * @param {string} page the page's own URL
 */
export function readConfig(raw, page) {
  if (typeof raw !== 'object' || raw === null) throw new Failure('config-bad');
  /** @type {string[]} */
  const domains = Array.isArray(raw.domains) ? raw.domains.map(text).filter(Boolean) : [];
  const domain = text(raw.domain) || domains[0] || '';
  const config = {
    product: text(raw.product) || 'XMPP Edge',
    domain,
    domains: domains.length > 0 ? domains : domain ? [domain] : [],
    websocket: resolveEndpoint(text(raw.websocket), page, true),
    bosh: resolveEndpoint(text(raw.bosh), page, false),
    discover: raw.discover === true,
    registration: raw.registration === true,
    guest: readGuest(raw.guest),
  };
  if (!config.websocket && !config.bosh && !config.discover) throw new Failure('config-bad');
  return config;
}

/**
 * @param {{ page: string, fetch: typeof fetch, clock: Clock }} host
 * @returns {Promise<Config>}
 */
export async function loadConfig({ page, fetch, clock }) {
  const load = async () => {
    const response = await fetch(new URL('config.json', page).href, { cache: 'no-cache' });
    // A plain web server has none; then every domain is asked itself.
    if (response.status === 404) return readConfig({ discover: true }, page);
    if (!response.ok) throw new Failure('config-unreachable', { detail: `HTTP ${response.status}`, retry: true });
    return readConfig(await response.json(), page);
  };
  try {
    return await within(clock, LIMIT, load(), () => new Failure('config-unreachable', { retry: true }));
  } catch (error) {
    throw error instanceof Failure ? error : new Failure('config-unreachable', { detail: String(error), retry: true });
  }
}

/**
 * Whether the edge serves that domain; `*` stands for any.
 * @param {Config} config @param {string} domain
 */
export const serves = (config, domain) =>
  config.discover || config.domains.length === 0 || config.domains.includes('*') || config.domains.includes(domain);
