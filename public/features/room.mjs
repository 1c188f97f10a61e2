// One room as we see it: who is in it, what they may do; muc.mjs feeds it. And what those in charge do (XEP-0045 sections 8
// to 10): roles, affiliations and their lists, the room's form, its end.

import { readForm, submitForm } from '../xmpp/forms.mjs';
import { bareOf } from '../xmpp/jid.mjs';
import { DATA_FORM, MUC_ADMIN, MUC_OWNER } from '../xmpp/ns.mjs';
import { el } from '../xmpp/xml.mjs';

/** @typedef {{ nick: string, jid: string, role: string, affiliation: string, show: string, occupantId: string }} Occupant */

// What may be over the next time.
const PASSING = new Set(['gone', 'session-lost', 'remote-server-timeout', 'remote-server-not-found']);

export class Room {
  name = '';
  subject = '';
  /** '' out, 'joining', 'in' */
  state = '';
  /** Why we are not in: a stanza error's condition, or kicked, banned, removed, gone. */
  trouble = '';
  reason = '';
  elsewhere = '';
  archived = false;
  password = '';
  /** When something last came from the room. */
  heard = 0;
  /** Whether the room names people for good, whatever nick they take (XEP-0421). */
  lastingIds = false;
  /** Id of the newest archived message we have. */
  newest = '';
  /** Something before the newest message may be missing here. */
  behind = true;
  /** Id of what came while that is so. */
  latest = '';
  /** Until a room that we made is open. */
  made = Promise.resolve();
  joined = 0;
  /** @type {Map<string, Occupant>} */
  occupants = new Map();

  /** @param {string} jid bare @param {string} nick */
  constructor(jid, nick) {
    this.jid = jid;
    this.nick = nick;
  }

  get self() {
    return this.occupants.get(this.nick) ?? null;
  }

  /** Not in, but that may be over the next time. */
  get passing() {
    return this.state === '' && PASSING.has(this.trouble);
  }

  get address() {
    return `${this.jid}/${this.nick}`;
  }
}

/** @type {Record<string, number>} */
const RANK = { owner: 4, admin: 3, member: 2, none: 1, outcast: 0 };

/**
 * XEP-0045 section 5: moderators may kick those below them.
 * @param {Room} room @param {Occupant} other
 */
export const mayKick = ({ self }, other) =>
  self?.role === 'moderator' && self.nick !== other.nick && (RANK[self.affiliation] ?? 0) >= (RANK[other.affiliation] ?? 0) && RANK[other.affiliation] < 3;

/** @param {Room} room @param {Occupant} other */
export const mayBan = ({ self }, other) =>
  (RANK[self?.affiliation ?? ''] ?? 0) >= 3 && self?.nick !== other.nick && (RANK[self?.affiliation ?? ''] ?? 0) > (RANK[other.affiliation] ?? 0);

export const AFFILIATIONS = ['owner', 'admin', 'member', 'none', 'outcast'];
const ROLES = ['moderator', 'participant', 'visitor'];

/**
 * The roles we may give somebody (sections 8.4, 9.6): voice by moderators, moderation by administrators, never to those
 * whose affiliation says it already.
 * @param {Room} room @param {Occupant} other
 */
export function roleChoices({ self }, other) {
  const charge = ['owner', 'admin'];
  if (!self || self.role !== 'moderator' || self.nick === other.nick || charge.includes(other.affiliation)) return [];
  if (charge.includes(self.affiliation)) return ROLES;
  return other.role === 'moderator' ? [] : ROLES.slice(1);
}

/**
 * The affiliations we may give an address that has `now` (section 5.2.2).
 * @param {Room} room @param {string} now
 */
export function affiliationChoices({ self }, now) {
  if (self?.affiliation === 'owner') return AFFILIATIONS;
  return self?.affiliation === 'admin' && !['owner', 'admin'].includes(now) ? AFFILIATIONS.slice(2) : [];
}

/** @param {Router} router @param {Room} room @param {Record<string, string>} item @param {string} reason */
const change = async (router, { jid }, item, reason) =>
  void (await router.ask('set', el('query', { xmlns: MUC_ADMIN }, el('item', item, reason && el('reason', {}, reason))), jid));

/** @param {Router} router @param {Room} room @param {string} nick @param {string} role none removes @param {string} [reason] */
export const setRole = (router, room, nick, role, reason = '') => change(router, room, { nick, role }, reason);

/** @param {Router} router @param {Room} room @param {string} jid real address @param {string} affiliation outcast bans @param {string} [reason] */
export const setAffiliation = (router, room, jid, affiliation, reason = '') => change(router, room, { jid: bareOf(jid), affiliation }, reason);

/**
 * Who has an affiliation, there or not.
 * @param {Router} router @param {Room} room @param {string} affiliation @returns {Promise<string[]>}
 */
export async function listOf(router, room, affiliation) {
  const result = await router.ask('get', el('query', { xmlns: MUC_ADMIN }, el('item', { affiliation })), room.jid);
  return (result.child('query', MUC_ADMIN)?.elements('item') ?? []).map(({ attrs }) => bareOf(attrs.jid)).filter(Boolean);
}

/** @param {Router} router @param {Room} room */
export async function roomForm(router, room) {
  const result = await router.ask('get', el('query', { xmlns: MUC_OWNER }), room.jid);
  return readForm(result.child('query', MUC_OWNER)?.child('x', DATA_FORM));
}

/** @param {Router} router @param {Room} room @param {Form} form @param {Map<string, string[]>} chosen */
export const saveRoomForm = async (router, room, form, chosen) =>
  void (await router.ask('set', el('query', { xmlns: MUC_OWNER }, submitForm(form, chosen)), room.jid));

/** @param {Router} router @param {Room} room @param {string} reason */
export const destroyRoom = async (router, room, reason) =>
  void (await router.ask('set', el('query', { xmlns: MUC_OWNER }, el('destroy', {}, reason && el('reason', {}, reason))), room.jid));
