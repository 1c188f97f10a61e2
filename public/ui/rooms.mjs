// Dialogs about rooms: enter one, look who is there, change name and subject, invite, moderate, leave.

import { t } from '../i18n/i18n.mjs';
import { parseJid } from '../xmpp/jid.mjs';
import { MUC } from '../xmpp/ns.mjs';
import { fill, h } from './dom.mjs';
import { field, openDialog } from './dialogs.mjs';
import { peopleOf } from './occupants.mjs';
import { membersDialog, settingsDialog } from './room-admin.mjs';
import { toast } from './toasts.mjs';
/** @typedef {import('../features/client.mjs').Client} Client */
/** @typedef {import('../features/chats.mjs').Chats} Chats */

/**
 * A stanza error in words.
 * @param {unknown} error
 */
export const troubleText = (error) =>
  t(`room.trouble.${/** @type {{ condition?: string }} */ (error).condition ?? 'other'}`, {}, 'room.trouble.other');

/** @param {Client} client @param {(jid: string) => void} open */
export async function joinDialog(client, open) {
  const { rooms, bookmarks, disco } = await client.chats;
  const known = h('div', { class: 'suggestions', role: 'group', 'aria-label': t('room.public') });
  const address = field({ name: 'room', label: t('room.address'), hint: t('room.address.hint'), required: true });
  const input = /** @type {HTMLInputElement} */ (address.querySelector('input'));
  let service = '';
  void disco.service(MUC).then(async (found) => {
    service = found;
    const items = found ? await disco.items(found) : [];
    fill(known, ...items.slice(0, 20).map(({ jid, name }) =>
      h('button', { class: 'button small', type: 'button', on: { click: () => (input.value = jid) } }, h('bdi', {}, name || jid.split('@')[0]))));
  }).catch(() => {});
  openDialog({
    title: t('room.join.title'),
    content: [address, known, field({ name: 'nick', label: t('room.nick'), value: client.account.local, required: true }),
      field({ name: 'password', label: t('room.password'), type: 'password' })],
    action: t('room.join'),
    async submit(fields) {
      const typed = String(fields.get('room')).trim();
      const jid = parseJid(typed.includes('@') ? typed : `${typed.replace(/\s+/g, '-')}@${service}`);
      const nick = String(fields.get('nick')).trim();
      if (!jid?.local || !nick) throw new Error(t('error.bad-address'));
      try {
        await rooms.join(jid.bare, nick, String(fields.get('password')));
      } catch (error) {
        const room = rooms.all.get(jid.bare);
        if (room) rooms.leave(room);
        throw new Error(troubleText(error));
      }
      void bookmarks.save({ jid: jid.bare, name: '', nick, autojoin: true }).catch(() => {});
      open(jid.bare);
    },
  });
}

/** @param {Client} client @param {Chats} chats @param {string} jid */
export function roomDialog(client, chats, jid) {
  const { rooms, bookmarks } = chats;
  const room = rooms.all.get(jid);
  if (!room) return;
  const people = peopleOf(client, chats, room);
  const standing = room.self?.affiliation ?? '';
  const manage = [
    ['owner', 'admin'].includes(standing) && h('button', { class: 'button', type: 'button', on: { click: () => { dialog.close(); membersDialog(client, room); } } }, t('room.members')),
    standing === 'owner' && h('button', {
      class: 'button', type: 'button', on: { click: () => { dialog.close(); settingsDialog(client, room).catch((error) => toast(troubleText(error), 'error')); } },
    }, t('room.settings')),
  ];
  const leave = h('button', {
    class: 'button danger', type: 'button',
    on: { click: () => { dialog.close(); rooms.leave(room); void bookmarks.remove(jid).catch(() => {}); } },
  }, t('room.leave'));
  const again = room.state === '' && h('button', {
    class: 'button', type: 'button',
    on: { click: () => { dialog.close(); rooms.join(jid, room.nick).catch((error) => toast(troubleText(error), 'error')); } },
  }, t('room.rejoin'));
  const dialog = openDialog({
    title: chats.nameOf(jid), looking: true,
    content: [h('p', { class: 'muted' }, h('bdi', {}, jid)), ...(again ? [again] : []),
      ...people.content,
      field({ name: 'invite', label: t('room.invite'), hint: t('room.invite.hint') }),
      field({ name: 'subject', label: t('room.subject'), value: room.subject }), field({ name: 'nick', label: t('room.nick'), value: room.nick }),
      h('div', { class: 'row-actions' }, ...manage, leave)],
    action: t('account.save'),
    submit(fields) {
      const nick = String(fields.get('nick')).trim();
      const subject = String(fields.get('subject')).trim();
      const typed = String(fields.get('invite')).trim();
      const guest = typed && parseJid(typed.includes('@') ? typed : `${typed}@${client.account.domain}`);
      if (guest === null) throw new Error(t('error.bad-address'));
      if (nick && nick !== room.nick) rooms.changeNick(room, nick);
      if (subject !== room.subject) rooms.setSubject(room, subject);
      if (guest) rooms.invite(room, guest.bare, '');
    },
  });
  dialog.addEventListener('close', people.stop);
}
