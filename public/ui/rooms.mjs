// Dialogs about rooms: enter, invite, leave, moderate, settings. And the people of a room as a list with a search above it: however
// many there are, only some are in the document, and a flood of them is looked at four times a second.

import {
  affiliationChoices, AFFILIATIONS, destroyRoom, listOf, mayBan, mayKick, roleChoices, roomForm, saveRoomForm, setAffiliation, setRole,
} from '../features/room.mjs';
import { t } from '../i18n/i18n.mjs';
import { StanzaError } from '../xmpp/errors.mjs';
import { typedJid } from '../xmpp/jid.mjs';
import { MUC } from '../xmpp/ns.mjs';
import { carefulButton, dataForm, field, openDialog, toast } from './dialogs.mjs';
import { arrange, avatar, button, fill, h, icon, MORE, perFrame } from './dom.mjs';

/** @param {unknown} error */
export const troubleText = (error) =>
  t(`room.trouble.${/** @type {any} */ (error).condition ?? 'other'}`, {}, 'room.trouble.other');

/** @param {unknown} error */
const tell = (error) => toast(troubleText(error), 'error');

/**
 * @param {Client} client @param {(jid: string) => void} open
 * @param {{ jid?: string, nick?: string, password?: string, problem?: string }} known what need not be typed
 */
export async function joinDialog(client, open, known = {}) {
  const { jid: wanted = '', nick: called = client.account.local, password: secret = '', problem } = known;
  const { rooms, bookmarks, disco } = await client.chats;
  const found = h('div', { class: 'suggestions', role: 'group', 'aria-label': t('room.public') });
  const address = field({ name: 'room', label: t('room.address'), hint: t('room.address.hint'), required: true, value: wanted });
  const input = /** @type {HTMLInputElement} */ (address.querySelector('input'));
  let service = '';
  void disco.service(MUC).then(async (address_) => {
    service = address_;
    const items = service ? await disco.items(service) : [];
    fill(found, ...items.slice(0, 20).map(({ jid, name }) =>
      button(h('bdi', {}, name || jid.split('@')[0]), () => (input.value = jid), 'small')));
  }).catch(() => {});
  openDialog({
    title: t('room.join.title'),
    content: [...(problem ? [h('p', { class: 'problem' }, problem)] : []), address, found,
      field({ name: 'nick', label: t('room.nick'), value: called, required: true }),
      field({ name: 'password', label: t('room.password'), type: 'password', value: secret })],
    action: t('room.join'),
    async submit(fields) {
      const typed = String(fields.get('room')).trim();
      const jid = typedJid(typed.replace(/\s+/g, '-'), service);
      const nick = String(fields.get('nick')).trim();
      if (!jid?.local || !nick) throw new Error(t('error.bad-address'));
      const password = String(fields.get('password'));
      const before = rooms.all.has(jid.bare);
      try {
        await rooms.join(jid.bare, nick, password);
      } catch (error) {
        const room = rooms.all.get(jid.bare);
        if (room && !before) rooms.leave(room);
        throw new Error(troubleText(error));
      }
      keep(bookmarks, jid.bare, nick, password);
      open(jid.bare);
    },
  });
}

/** @param {Chats['bookmarks']} bookmarks @param {string} jid @param {string} nick @param {string} password */
function keep(bookmarks, jid, nick, password) {
  void bookmarks.save({ name: '', ...bookmarks.all.get(jid), jid, nick, autojoin: true, password: password || undefined, old: false }).catch(() => {});
}

// What another name or password is the answer to.
const ASK = new Set(['conflict', 'not-authorized', 'jid-malformed', 'not-acceptable']);

/**
 * After we were put out, or were not let in: at once where that may do, otherwise with what has to be said.
 * @param {Client} client @param {Chats} chats @param {Room} room
 */
export async function enterAgain(client, { rooms }, room) {
  const known = { jid: room.jid, nick: room.nick };
  if (!ASK.has(room.trouble)) {
    try {
      await rooms.join(room.jid, room.nick, room.password);
      return;
    } catch (error) {
      if (!ASK.has(/** @type {any} */ (error).condition ?? '')) return; // the line says it
    }
  }
  await joinDialog(client, () => {}, { ...known, problem: t(`room.trouble.${room.trouble}`, {}, 'room.trouble.other') });
}

/**
 * Enters a room somebody invites to, or that is known by its address; what keeps us out is asked about.
 * @param {Client} client @param {{ jid: string, password?: string }} room @param {(jid: string) => void} open
 */
export async function enter(client, { jid, password: given }, open) {
  const { rooms, bookmarks, invitations } = await client.chats;
  const kept = bookmarks.all.get(jid);
  const nick = kept?.nick || client.account.local;
  const password = given || kept?.password || '';
  try {
    await rooms.join(jid, nick, password);
    invitations.done(jid);
    keep(bookmarks, jid, nick, password);
    open(jid);
  } catch (error) {
    const room = rooms.all.get(jid);
    if (room) rooms.leave(room);
    await joinDialog(client, (entered) => { invitations.done(jid); open(entered); }, { jid, nick, password, problem: troubleText(error) });
  }
}

/** @param {Client} client @param {Chats} chats @param {string} jid */
export function roomDialog(client, chats, jid) {
  const { rooms, bookmarks } = chats;
  const room = rooms.all.get(jid);
  if (!room) return;
  const people = peopleOf(client, chats, room);
  const standing = room.self?.affiliation ?? '';
  const manage = [
    ['owner', 'admin'].includes(standing) && button(t('room.members'), () => { dialog.close(); membersDialog(client, room); }),
    standing === 'owner' && button(t('room.settings'), () => { dialog.close(); settingsDialog(client, room).catch(tell); }),
  ];
  const leave = button(t('room.leave'), () => { dialog.close(); rooms.leave(room); void bookmarks.remove(jid).catch(() => {}); }, 'danger');
  const again = room.state === '' && button(t('room.rejoin'), () => { dialog.close(); void enterAgain(client, chats, room); });
  const here = room.state === 'in';
  const dialog = openDialog({
    title: chats.nameOf(jid), looking: true,
    content: [h('p', { class: 'muted' }, h('bdi', {}, jid)), ...(again ? [again] : []),
      ...(here ? [...people.content, field({ name: 'invite', label: t('room.invite'), hint: t('room.invite.hint') }),
        field({ name: 'subject', label: t('room.subject'), value: room.subject }), field({ name: 'nick', label: t('room.nick'), value: room.nick })]
        : [h('p', {}, t(`room.trouble.${room.trouble || 'out'}`, {}, 'room.trouble.other'), room.reason && ' ', h('bdi', {}, room.reason))]),
      h('div', { class: 'row-actions' }, ...(here ? manage : []), leave)],
    action: here ? t('account.save') : undefined,
    submit: !here ? undefined : (fields) => {
      const nick = String(fields.get('nick')).trim();
      const subject = String(fields.get('subject')).trim();
      const typed = String(fields.get('invite')).trim();
      const guest = typed && typedJid(typed, client.account.domain);
      if (guest === null) throw new Error(t('error.bad-address'));
      if (nick && nick !== room.nick) rooms.changeNick(room, nick);
      if (subject !== room.subject) rooms.setSubject(room, subject);
      if (guest) rooms.invite(room, guest.bare, '');
    },
  });
  dialog.addEventListener('close', people.stop);
}

/** @param {() => Promise<void>} act */
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

/** @param {Room} room @param {Occupant} other */
const mayAct = (room, other) => other.nick !== room.nick && (mayKick(room, other) || mayBan(room, other)
  || roleChoices(room, other).length > 0 || (other.jid !== '' && affiliationChoices(room, other.affiliation).length > 0));

/** @param {Client} client @param {Room} room @param {Occupant} other */
function rightsDialog({ router }, room, other) {
  const roles = roleChoices(room, other);
  const affiliations = other.jid ? affiliationChoices(room, other.affiliation) : [];
  const reason = field({ name: 'reason', label: t('room.reason') });
  const why = /** @type {HTMLInputElement} */ (reason.querySelector('input'));
  /** @param {string} key @param {() => Promise<void>} action */
  const act = (key, action) => button(t(key), () => { dialog.close(); action().catch(tell); }, 'danger');
  const dialog = openDialog({
    title: t('room.person'), looking: true,
    content: [h('p', {}, h('bdi', {}, other.nick), other.jid && h('span', { class: 'muted' }, ' ', h('bdi', {}, other.jid))),
      ...(roles.length > 0 ? [select('role', t('room.person.role'), roles, 'role', other.role)] : []),
      ...(affiliations.length > 0 ? [select('affiliation', t('room.person.affiliation'), affiliations, 'affiliation', other.affiliation)] : []),
      reason,
      h('div', { class: 'row-actions' }, mayKick(room, other) && act('room.kick', () => setRole(router, room, other.nick, 'none', why.value.trim())),
        mayBan(room, other) && other.jid && act('room.ban', () => setAffiliation(router, room, other.jid, 'outcast', why.value.trim())))],
    action: t('account.save'),
    submit: (fields) => spoken(async () => {
      const role = String(fields.get('role') ?? other.role);
      const affiliation = String(fields.get('affiliation') ?? other.affiliation);
      if (affiliation !== other.affiliation) await setAffiliation(router, room, other.jid, affiliation, why.value.trim());
      if (role !== other.role) await setRole(router, room, other.nick, role, why.value.trim());
    }),
  });
}

/** @param {Client} client @param {Room} room */
function membersDialog(client, room) {
  const { router, account } = client;
  const lists = h('div', { class: 'lists' });
  /** @param {string} affiliation */
  const section = async (affiliation) => {
    const people = await listOf(router, room, affiliation).catch(() => []);
    const mayEdit = affiliationChoices(room, affiliation).length > 0;
    return [h('h3', {}, t(`room.lists.${affiliation}`)), people.length === 0 ? h('p', { class: 'muted' }, t('room.members.none'))
      : h('ul', { class: 'occupants' }, ...people.map((jid) => h('li', { class: 'occupant' }, h('bdi', { class: 'occupant-name' }, jid),
        mayEdit && jid !== account.bare && button(t('room.members.change'), () => { address.value = jid; wish.value = affiliation; wish.focus(); }, 'small', {
          'aria-label': `${t('room.members.change')}: ${jid}`,
        }))))];
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
      const jid = text && typedJid(text, account.domain);
      if (!jid || !jid.local) throw new Error(t('error.bad-address'));
      await setAffiliation(router, room, jid.bare, wish.value);
      address.value = '';
      await show();
    }),
  });
  void show();
}

/** @param {Client} client @param {Room} room */
async function settingsDialog({ router }, room) {
  const form = await roomForm(router, room);
  const shown = form && dataForm(form);
  const end = carefulButton(t('room.destroy'), t('room.destroy.sure'), async () => {
    dialog.close();
    await destroyRoom(router, room, '').catch(tell);
  });
  const dialog = openDialog({
    title: t('room.settings'), looking: true,
    content: [...(shown?.content ?? [h('p', { class: 'muted' }, t('room.settings.none'))]), end],
    action: shown ? t('account.save') : undefined,
    submit: (fields) => spoken(async () => {
      if (form && shown) await saveRoomForm(router, room, form, shown.read(fields));
    }),
  });
}

const SHOWN = 100; // in the document; the search finds the others
const BREATH = 250; // milliseconds between two looks
const collator = new Intl.Collator();

/**
 * @param {Client} client @param {Chats} chats @param {Room} room
 * @returns {{ content: HTMLElement[], stop(): void }}
 */
export function peopleOf(client, chats, room) {
  /** @type {Map<string, { look: string, row: HTMLElement }>} by nick */
  const rows = new Map();
  const list = h('ul', { class: 'occupants', tabindex: '0', 'aria-label': t('room.occupants') });
  const search = h('input', { type: 'search', placeholder: t('room.find'), 'aria-label': t('room.find'), autocomplete: 'off' });
  const heading = h('h2', { class: 'people-count' });
  const more = h('p', { class: 'hint people-more' });
  let looked = 0;
  let later = 0;

  /** @param {Occupant} occupant */
  const rowOf = (occupant) => {
    const { nick, jid, role, affiliation, show } = occupant;
    const standing = affiliation === 'owner' || affiliation === 'admin' ? affiliation : role;
    const may = mayAct(room, occupant);
    const face = avatar(`${room.jid}/${nick}`, nick);
    const look = [role, affiliation, show, jid, may, face.querySelector('img')?.src].join(' ');
    const found = rows.get(nick);
    if (found?.look === look) return found.row;
    const row = h('li', { class: 'occupant' }, h('span', { class: 'with-dot' }, face, h('span', { class: `dot ${show || 'online'}`, title: t(`show.${show || 'online'}`) })),
      h('span', { class: 'occupant-name' }, h('bdi', {}, nick), ' ', h('span', { class: 'muted' }, t(`role.${standing}`, {}, 'role.participant'))),
      may && h('button', {
        class: 'icon-button', type: 'button', 'aria-label': `${t('room.person')}: ${nick}`, title: t('room.person'), on: { click: () => rightsDialog(client, room, occupant) },
      }, icon(MORE)));
    rows.set(nick, { look, row });
    return row;
  };

  const render = () => {
    looked = performance.now();
    const wanted = search.value.trim().toLowerCase();
    const found = [...room.occupants.values()].filter(({ nick }) => nick.toLowerCase().includes(wanted));
    found.sort((a, b) => Number(b.role === 'moderator') - Number(a.role === 'moderator') || collator.compare(a.nick, b.nick));
    const shown = found.slice(0, SHOWN);
    heading.textContent = t('room.count', { count: room.occupants.size });
    arrange(list, shown.map(rowOf));
    const names = new Set(shown.map(({ nick }) => nick));
    for (const nick of rows.keys()) if (!names.has(nick)) rows.delete(nick);
    fill(more, found.length > SHOWN && t('room.more', { count: found.length - SHOWN }));
    more.hidden = found.length <= SHOWN;
  };
  const plan = perFrame(() => {
    const rest = BREATH - (performance.now() - looked);
    if (rest <= 0) render();
    else later ||= window.setTimeout(() => { later = 0; plan(); }, rest);
  });
  const stops = [
    chats.rooms.on('change', (changed) => changed === room && room.state !== 'joining' && plan()),
    chats.avatars.on('change', (who) => who.startsWith(`${room.jid}/`) && plan()),
  ];
  search.addEventListener('input', render);
  render();
  return {
    content: [heading, h('div', { class: 'filter' }, search), list, more],
    stop() {
      window.clearTimeout(later);
      for (const stop of stops) stop();
    },
  };
}
