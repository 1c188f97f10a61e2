// Addresses (RFC 7622), parsed and compared. No full PRECIS: lower case and NFC for local part and domain,
// NFC for the resource. A server that maps more still wins, because we take the address it binds.

const PART_LIMIT = 1023; // RFC 7622 section 3.1, in bytes of UTF-8
const FORBIDDEN_LOCAL = /["&'/:<>@\p{Cc}\p{Zs}\p{Zl}\p{Zp}]/u; // RFC 7622 section 3.3.1
const FORBIDDEN_DOMAIN = /["&'/:<>@\\\p{Cc}\p{Zs}\p{Zl}\p{Zp}]/u;
const FORBIDDEN_RESOURCE = /[\p{Cc}\p{Zl}\p{Zp}]/u;
const encoder = new TextEncoder();

/** @param {string} part */
const fits = (part) => part.length > 0 && encoder.encode(part).length <= PART_LIMIT;

export class Jid {
  /** @param {string} local @param {string} domain @param {string} resource */
  constructor(local, domain, resource) {
    this.local = local;
    this.domain = domain;
    this.resource = resource;
  }

  get bare() {
    return this.local ? `${this.local}@${this.domain}` : this.domain;
  }

  toString() {
    return this.resource ? `${this.bare}/${this.resource}` : this.bare;
  }
}

/** @param {string} domain */
function parseDomain(domain) {
  const literal = /^\[[0-9a-f:.]+\]$/i.test(domain);
  const name = domain.replace(/\.$/, '').normalize('NFC').toLowerCase();
  return fits(name) && (literal || !FORBIDDEN_DOMAIN.test(name)) ? name : null;
}

/**
 * @param {string | null | undefined} text
 * @returns {Jid | null} null: not an address
 */
export function parseJid(text) {
  if (!text) return null;
  const slash = text.indexOf('/');
  const front = slash < 0 ? text : text.slice(0, slash);
  const resource = slash < 0 ? '' : text.slice(slash + 1).normalize('NFC');
  if (slash >= 0 && (!fits(resource) || FORBIDDEN_RESOURCE.test(resource))) return null;
  const sign = front.indexOf('@');
  const domain = parseDomain(front.slice(sign + 1));
  if (domain === null) return null;
  if (sign < 0) return new Jid('', domain, resource);
  const local = front.slice(0, sign).normalize('NFC').toLowerCase();
  return fits(local) && !FORBIDDEN_LOCAL.test(local) ? new Jid(local, domain, resource) : null;
}

/** @param {string | null | undefined} text @returns {string} '' when it is no address */
export const bareOf = (text) => parseJid(text)?.bare ?? '';

/**
 * What a person types: a whole address, or the name of somebody or something at `domain`.
 * @param {string} typed @param {string} domain
 */
export const typedJid = (typed, domain) => parseJid(typed.includes('@') ? typed : `${typed}@${domain}`);
