// What those in charge of a room do (XEP-0045 sections 8 to 10): roles, affiliations and their lists, the room's form, its end.

import { readForm, submitForm } from '../xmpp/forms.mjs';
import { bareOf } from '../xmpp/jid.mjs';
import { DATA_FORM, MUC_ADMIN, MUC_OWNER } from '../xmpp/ns.mjs';
import { el } from '../xmpp/xml.mjs';
/** @typedef {import('./room.mjs').Room} Room */
/** @typedef {import('./room.mjs').Occupant} Occupant */
/** @typedef {import('../xmpp/router.mjs').Router} Router */

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

/** @param {Router} router @param {Room} room @param {Record<string, string>} item */
const change = async (router, { jid }, item) => void (await router.ask('set', el('query', { xmlns: MUC_ADMIN }, el('item', item)), jid));

/** @param {Router} router @param {Room} room @param {string} nick @param {string} role */
export const setRole = (router, room, nick, role) => change(router, room, { nick, role });

/** @param {Router} router @param {Room} room @param {string} jid real address @param {string} affiliation outcast bans */
export const setAffiliation = (router, room, jid, affiliation) => change(router, room, { jid: bareOf(jid), affiliation });

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

/** @param {Router} router @param {Room} room @param {import('../xmpp/forms.mjs').Form} form @param {Map<string, string[]>} chosen */
export const saveRoomForm = async (router, room, form, chosen) =>
  void (await router.ask('set', el('query', { xmlns: MUC_OWNER }, submitForm(form, chosen)), room.jid));

/** @param {Router} router @param {Room} room @param {string} reason */
export const destroyRoom = async (router, room, reason) =>
  void (await router.ask('set', el('query', { xmlns: MUC_OWNER }, el('destroy', {}, reason && el('reason', {}, reason))), room.jid));
