// The people of a room as a list with a search above it: in the room's dialog, and beside the conversation where there is
// room for it. However many there are, only some are in the document, and a flood of them is looked at four times a second.

import { t } from '../i18n/i18n.mjs';
import { arrange, avatar, fill, h, icon, MORE, perFrame } from './dom.mjs';
import { mayAct, rightsDialog } from './room-admin.mjs';
/** @typedef {import('../features/client.mjs').Client} Client */
/** @typedef {import('../features/room.mjs').Occupant} Occupant */

const SHOWN = 100; // in the document; the search finds the others
const BREATH = 250; // milliseconds between two looks
const collator = new Intl.Collator();

/**
 * @param {Client} client @param {import('../features/chats.mjs').Chats} chats @param {import('../features/room.mjs').Room} room
 * @returns {{ content: HTMLElement[], stop(): void }}
 */
export function peopleOf(client, chats, room) {
  /** @type {Map<string, { look: string, row: HTMLElement }>} by nick */
  const rows = new Map();
  const list = h('ul', { class: 'occupants', 'aria-label': t('room.occupants') });
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
