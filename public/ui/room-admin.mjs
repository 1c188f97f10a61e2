// Dialogs for those in charge of a room: somebody's rights, lists of members and bans, the room's settings, its end.

import { t } from '../i18n/i18n.mjs';
import { StanzaError } from '../xmpp/errors.mjs';
import { parseJid } from '../xmpp/jid.mjs';
import {
  affiliationChoices, AFFILIATIONS, destroyRoom, listOf, roleChoices, roomForm, saveRoomForm, setAffiliation, setRole,
} from '../features/muc-admin.mjs';
import { mayBan, mayKick } from '../features/room.mjs';
import { dataForm } from './data-form.mjs';
import { field, openDialog } from './dialogs.mjs';
import { fill, h } from './dom.mjs';
import { troubleText } from './rooms.mjs';
import { toast } from './toasts.mjs';
/** @typedef {import('../features/client.mjs').Client} Client */
/** @typedef {import('../features/room.mjs').Room} Room */

/**
 * Runs what the room may refuse; the refusal in words.
 * @param {() => Promise<void>} act
 */
async function spoken(act) {
  try {
    await act();
  } catch (error) {
    throw error instanceof StanzaError ? new Error(troubleText(error)) : error;
  }
}

/** @param {string} name @param {string} label @param {string[]} choices @param {string} kind @param {string} now */
const select = (name, label, choices, kind, now) => h('div', { class: 'field' }, h('label', { for: `room-${name}` }, label),
  h('select', { id: `room-${name}`, name }, ...(choices.includes(now) ? choices : [now, ...choices]).map((one) =>
    h('option', { value: one, selected: one === now }, t(`room.${kind}.${one}`, {}, `room.${kind}.none`)))));

/** @param {Room} room @param {import('../features/room.mjs').Occupant} other */
export const mayAct = (room, other) => other.nick !== room.nick && (mayKick(room, other) || mayBan(room, other)
  || roleChoices(room, other).length > 0 || (other.jid !== '' && affiliationChoices(room, other.affiliation).length > 0));

/** @param {Client} client @param {Room} room @param {import('../features/room.mjs').Occupant} other */
export function rightsDialog({ router }, room, other) {
  const roles = roleChoices(room, other);
  const affiliations = other.jid ? affiliationChoices(room, other.affiliation) : [];
  /** @param {string} key @param {() => Promise<void>} action */
  const act = (key, action) => h('button', {
    class: 'button danger', type: 'button', on: { click: () => { dialog.close(); action().catch((error) => toast(troubleText(error), 'error')); } },
  }, t(key));
  const dialog = openDialog({
    title: t('room.person'), looking: true,
    content: [h('p', {}, h('bdi', {}, other.nick), other.jid && h('span', { class: 'muted' }, ' ', h('bdi', {}, other.jid))),
      ...(roles.length > 0 ? [select('role', t('room.person.role'), roles, 'role', other.role)] : []),
      ...(affiliations.length > 0 ? [select('affiliation', t('room.person.affiliation'), affiliations, 'affiliation', other.affiliation)] : []),
      h('div', { class: 'row-actions' }, mayKick(room, other) && act('room.kick', () => setRole(router, room, other.nick, 'none')),
        mayBan(room, other) && other.jid && act('room.ban', () => setAffiliation(router, room, other.jid, 'outcast')))],
    action: t('account.save'),
    submit: (fields) => spoken(async () => {
      const role = String(fields.get('role') ?? other.role);
      const affiliation = String(fields.get('affiliation') ?? other.affiliation);
      if (affiliation !== other.affiliation) await setAffiliation(router, room, other.jid, affiliation);
      if (role !== other.role) await setRole(router, room, other.nick, role);
    }),
  });
}

/** @param {Client} client @param {Room} room */
export function membersDialog(client, room) {
  const { router, account } = client;
  const lists = h('div', { class: 'lists' });
  /** @param {string} affiliation */
  const section = async (affiliation) => {
    const people = await listOf(router, room, affiliation).catch(() => []);
    const mayEdit = affiliationChoices(room, affiliation).length > 0;
    return [h('h3', {}, t(`room.lists.${affiliation}`)), people.length === 0 ? h('p', { class: 'muted' }, t('room.members.none'))
      : h('ul', { class: 'occupants' }, ...people.map((jid) => h('li', { class: 'occupant' }, h('bdi', { class: 'occupant-name' }, jid),
        mayEdit && jid !== account.bare && h('button', {
          class: 'button small', type: 'button', 'aria-label': `${t('room.members.change')}: ${jid}`,
          on: { click: () => { address.value = jid; wish.value = affiliation; wish.focus(); } },
        }, t('room.members.change')))))];
  };
  const show = async () => fill(lists, ...(await Promise.all(['owner', 'admin', 'member', 'outcast'].map(section))).flat());
  const typed = field({ name: 'address', label: t('room.members.address') });
  const address = /** @type {HTMLInputElement} */ (typed.querySelector('input'));
  const choice = select('affiliation', t('room.members.as'), room.self?.affiliation === 'owner' ? AFFILIATIONS : AFFILIATIONS.slice(2), 'affiliation', 'member');
  const wish = /** @type {HTMLSelectElement} */ (choice.querySelector('select'));
  const change = h('button', { class: 'button', type: 'submit' }, t('room.members.change'));
  openDialog({
    title: t('room.members'), looking: true, stays: true, content: [lists, typed, choice, change],
    submit: (fields) => spoken(async () => {
      const text = String(fields.get('address')).trim();
      const jid = text && parseJid(text.includes('@') ? text : `${text}@${account.domain}`);
      if (!jid || !jid.local) throw new Error(t('error.bad-address'));
      await setAffiliation(router, room, jid.bare, wish.value);
      address.value = '';
      await show();
    }),
  });
  void show();
}

/** @param {Client} client @param {Room} room */
export async function settingsDialog({ router }, room) {
  const form = await roomForm(router, room);
  const shown = form && dataForm(form);
  let sure = false;
  const end = h('button', { class: 'button danger', type: 'button', on: { click: async () => {
    if (!sure) {
      sure = true;
      end.textContent = t('room.destroy.sure');
      return;
    }
    dialog.close();
    await destroyRoom(router, room, '').catch(() => {});
  } } }, t('room.destroy'));
  const dialog = openDialog({
    title: t('room.settings'), looking: true,
    content: [...(shown?.content ?? [h('p', { class: 'muted' }, t('room.settings.none'))]), end],
    action: shown ? t('account.save') : undefined,
    submit: (fields) => spoken(async () => {
      if (form && shown) await saveRoomForm(router, room, form, shown.read(fields));
    }),
  });
}
