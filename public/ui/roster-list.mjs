// The left side: who I am, a filter, conversations by their last message, contacts by name, requests to answer.

import { shortTime, t } from '../i18n/i18n.mjs';
import { avatar, fill, h, icon, MORE, perFrame, PLUS, usePictures } from './dom.mjs';
/** @typedef {import('../features/client.mjs').Client} Client */
/** @typedef {import('../features/conversations.mjs').Conversation} Conversation */

/**
 * @param {Client} client
 * @param {{ open(jid: string): void }} actions
 */
export function rosterList(client, { open }) {
  const { account, roster, connection } = client;
  /** @type {import('../features/conversations.mjs').Conversations | null} */
  let conversations = null;
  /** @type {import('../features/presence.mjs').Presence | null} */
  let presence = null;
  let current = '';
  let nameOf = (/** @type {string} */ jid) => roster.nameOf(jid);

  const filter = h('input', { type: 'search', id: 'filter', placeholder: t('list.filter'), 'aria-label': t('list.filter'), autocomplete: 'off' });
  const notice = h('div', {});
  const requests = h('ul', { class: 'requests', 'aria-label': t('list.requests') });
  const list = h('ul', { class: 'entries', 'aria-label': t('list.conversations') });
  const empty = h('p', { class: 'empty', hidden: true });
  const own = h('span', { class: 'dot' });
  const face = h('span', { class: 'with-dot' });

  const actions = () => import('./people.mjs');
  const head = h('header', { class: 'sidebar-head' },
    face,
    h('div', { class: 'me' }, h('strong', {}, h('bdi', {}, account.local)), h('span', { class: 'muted' }, h('bdi', {}, account.domain))),
    iconButton(PLUS, 'list.new', async () => (await actions()).newChatDialog(client, open)),
    iconButton(MORE, 'list.menu', async () => (await actions()).accountDialog(client)));

  /** @param {string} jid @param {Conversation | undefined} conversation */
  const entry = (jid, conversation) => {
    const room = conversation?.kind === 'room';
    const name = nameOf(jid);
    const last = conversation?.log.last;
    const unread = conversation?.unread ?? 0;
    const { show, status } = presence?.of(jid) ?? { show: 'offline', status: '' };
    const writing = (conversation?.composing.size ?? 0) > 0;
    const line = writing ? t('chat.composing.short') : conversation?.draft && jid !== current
      ? t('list.draft', { text: conversation.draft }) : last ? `${said(last, room)}${last.retracted ? t('chat.retracted') : last.body}` : room ? t('list.room') : status || t(`show.${show}`);
    return h('li', {}, h('button', {
      class: 'entry', type: 'button', tabindex: jid === roving() ? '0' : '-1', data: { jid }, 'aria-current': jid === current ? 'true' : null,
      on: { click: () => open(jid) },
    },
    h('span', { class: 'with-dot' }, avatar(jid, name, conversation?.kind), !room && h('span', { class: `dot ${show}`, title: t(`show.${show}`) })),
    h('span', { class: 'entry-name' }, h('bdi', {}, name), h('span', { class: 'visually-hidden' }, `, ${room ? t('list.room') : t(`show.${show}`)}`)),
    last && h('time', { class: 'entry-time' }, shortTime(last.time, Date.now())),
    h('span', { class: writing ? 'entry-line writing' : 'entry-line' }, h('bdi', {}, line.slice(0, 140))),
    unread > 0 && h('span', { class: room && !conversation?.mentioned ? 'badge quiet' : 'badge' }, String(unread), h('span', { class: 'visually-hidden' }, ` ${t('list.unread')}`))));
  };

  /** @returns {string[]} */
  const shown = () => {
    const wanted = filter.value.trim().toLowerCase();
    const known = new Set([...(conversations?.all.keys() ?? []), ...roster.contacts.keys()]);
    const matches = [...known].filter((jid) => jid.includes(wanted) || nameOf(jid).toLowerCase().includes(wanted));
    const time = (/** @type {string} */ jid) => conversations?.all.get(jid)?.lastTime ?? 0;
    return matches.sort((a, b) => time(b) - time(a) || nameOf(a).localeCompare(nameOf(b)));
  };

  let order = /** @type {string[]} */ ([]);
  let rove = '';
  const roving = () => (order.includes(rove) ? rove : order.includes(current) ? current : order[0]);

  const render = () => {
    order = shown();
    const focused = document.activeElement?.closest('.entry') ? /** @type {HTMLElement} */ (document.activeElement).dataset.jid : '';
    fill(list, ...order.map((jid) => entry(jid, conversations?.all.get(jid))));
    empty.hidden = order.length > 0;
    empty.textContent = t(filter.value ? 'list.nothing' : 'list.empty');
    const answers = presence;
    if (answers) fill(requests, ...[...answers.requests].map((jid) => request(client, answers, jid)));
    fill(face, avatar(account.bare, account.local), own);
    own.className = `dot ${connection.online && presence ? presence.own.show : 'offline'}`;
    if (focused) focusEntry(focused);
  };
  const plan = perFrame(render);

  /** @param {string} jid */
  const focusEntry = (jid) => {
    const button = [...list.querySelectorAll('button')].find(({ dataset }) => dataset.jid === jid);
    if (!button) return;
    list.querySelector('[tabindex="0"]')?.setAttribute('tabindex', '-1');
    button.setAttribute('tabindex', '0');
    rove = jid;
    button.focus();
  };

  list.addEventListener('keydown', (event) => {
    const at = order.indexOf(/** @type {HTMLElement} */ (event.target).dataset.jid ?? '');
    const last = order.length - 1;
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: Math.min(at + 1, last), ArrowUp: Math.max(at - 1, 0), Home: 0, End: last };
    if (at < 0 || !(event.key in moves)) return;
    event.preventDefault();
    focusEntry(order[moves[event.key]]);
  });
  filter.addEventListener('input', plan);
  filter.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown' && order.length > 0) focusEntry(order[0]);
    else if (event.key === 'Enter' && order.length > 0) open(order[0]);
    else if (event.key === 'Escape') { filter.value = ''; plan(); } else return;
    event.preventDefault();
  });
  roster.on('change', plan);
  connection.on('state', plan);
  void client.chats.then((chats) => {
    ({ conversations, presence, nameOf } = chats);
    usePictures((jid) => chats.avatars.urlOf(jid));
    chats.avatars.on('change', plan);
    chats.rooms.on('change', plan);
    presence.on('change', plan);
    presence.on('request', plan);
    for (const event of ['change', 'list', 'message', 'update']) conversations.on(event, plan);
    plan();
  });
  render();
  const element = h('nav', { class: 'sidebar', tabindex: '-1', 'aria-label': t('region.list') }, head, h('div', { class: 'filter' }, filter), notice, requests, list, empty);
  return {
    element,
    /** Where the page itself has something to say. */
    notice,
    /** @param {string} jid */
    setCurrent(jid) {
      current = jid;
      rove = jid || rove;
      plan();
    },
    focus: focusEntry,
    /** Where the keyboard goes on when what had the focus is gone. */
    home() {
      if (order.length > 0) focusEntry(roving());
      else element.focus();
    },
    search() {
      filter.focus();
      filter.select();
    },
    /**
     * Opens the conversation below or above the current one.
     * @param {number} by
     */
    step(by) {
      const at = order.indexOf(current);
      const next = order[(at + by + order.length) % order.length];
      if (next) open(next);
    },
  };
}

/**
 * Whose words they are, where that is not clear.
 * @param {import('../features/message-log.mjs').Message} message @param {boolean} room
 */
const said = ({ mine, from }, room) => (mine ? t('list.mine') : room ? `${from.slice(from.indexOf('/') + 1)}: ` : '');

/** @param {string} path @param {string} key @param {() => void} act */
export const iconButton = (path, key, act) =>
  h('button', { class: 'icon-button', type: 'button', title: t(key), 'aria-label': t(key), on: { click: act } }, icon(path));

/**
 * Somebody wants to see when we are there.
 * @param {Client} client @param {import('../features/presence.mjs').Presence} presence @param {string} jid
 */
function request({ roster }, presence, jid) {
  const answer = (/** @type {boolean} */ allow) => () => {
    presence.answer(jid, allow);
    if (allow && !['to', 'both'].includes(roster.contacts.get(jid)?.subscription ?? '')) presence.subscribe(jid);
  };
  return h('li', { class: 'request' }, h('p', {}, h('bdi', {}, jid), ' ', t('request.text')),
    h('div', { class: 'row-actions' },
      h('button', { class: 'button small primary', type: 'button', on: { click: answer(true) } }, t('request.allow')),
      h('button', { class: 'button small', type: 'button', on: { click: answer(false) } }, t('request.deny'))));
}
