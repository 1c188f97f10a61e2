// The left side: who I am, a filter, conversations by their last message, contacts by name, requests to answer.

import { shortTime, t } from '../i18n/i18n.mjs';
import { arrange, avatar, button, fill, h, icon, MORE, perFrame, PLUS, usePictures } from './dom.mjs';

const SHOWN = 150; // entries in the document at first, and how many more when somebody goes down
const NEAR = 400; // pixels from the end at which more come
const collator = new Intl.Collator();

/**
 * @param {Client} client
 * @param {{ open(jid: string): void }} actions
 */
export function rosterList(client, { open }) {
  const { account, roster, connection } = client;
  /** @type {Conversations | null} */
  let conversations = null;
  /** @type {Presence | null} */
  let presence = null;
  /** @type {import('../features/bookmarks.mjs').Invitations | null} */
  let invitations = null;
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

  /**
   * What is in the document, by address: only what looks different is made anew.
   * @type {Map<string, { look: string, row: HTMLElement }>}
   */
  const rows = new Map();

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
    const time = last ? shortTime(last.time, Date.now()) : '';
    const face = avatar(jid, name, conversation?.kind);
    const look = JSON.stringify([name, face.querySelector('img')?.src, room, show, time, line.slice(0, 140), writing, unread, conversation?.mentioned, jid === current]);
    const found = rows.get(jid);
    if (found?.look === look) return found.row;
    const row = h('li', {}, h('button', {
      class: 'entry', type: 'button', tabindex: jid === roving() ? '0' : '-1', data: { jid }, 'aria-current': jid === current ? 'true' : null,
      on: { click: () => open(jid) },
    },
    h('span', { class: 'with-dot' }, face, !room && h('span', { class: `dot ${show}`, title: t(`show.${show}`), 'aria-hidden': 'true' })),
    h('span', { class: 'entry-name' }, h('bdi', {}, name), h('span', { class: 'visually-hidden' }, room ? t('list.room') : t(`show.${show}`))),
    time && h('time', { class: 'entry-time' }, time),
    h('span', { class: writing ? 'entry-line writing' : 'entry-line', dir: 'auto' }, line.slice(0, 140)),
    unread > 0 && h('span', { class: room && !conversation?.mentioned ? 'badge quiet' : 'badge' }, String(unread), h('span', { class: 'visually-hidden' }, ` ${t('list.unread')}`))));
    rows.set(jid, { look, row });
    return row;
  };

  /**
   * Those that nothing was said to yet, by name: sorted once, not in every frame.
   * @type {string[] | null}
   */
  let silent = null;

  /** @returns {string[]} */
  const shown = () => {
    const all = [...(conversations?.all.values() ?? [])];
    const talked = all.filter(({ lastTime }) => lastTime > 0).sort((a, b) => b.lastTime - a.lastTime).map(({ jid }) => jid);
    if (!silent) {
      const named = [...new Set([...all.map(({ jid }) => jid), ...roster.contacts.keys()])].map((jid) => ({ jid, name: nameOf(jid), group: groupOf(jid) }));
      named.sort((a, b) => Number(a.group === '') - Number(b.group === '') || collator.compare(a.group, b.group) || collator.compare(a.name, b.name));
      silent = named.map(({ jid }) => jid);
    }
    const before = new Set(talked);
    const known = [...talked, ...silent.filter((jid) => !before.has(jid))];
    const wanted = filter.value.trim().toLowerCase();
    const matches = (/** @type {string} */ jid) => jid.includes(wanted) || nameOf(jid).toLowerCase().includes(wanted)
      || roster.contacts.get(jid)?.groups.some((group) => group.toLowerCase().includes(wanted));
    return wanted ? known.filter(matches) : known;
  };

  /** @param {string} jid whoever is in several groups stands in the first */
  const groupOf = (jid) => [...(roster.contacts.get(jid)?.groups ?? [])].sort(collator.compare)[0] ?? '';

  /** @type {Map<string, HTMLElement>} */
  const headings = new Map();
  /** @param {string} group */
  const headingOf = (group) => {
    const known = headings.get(group) ?? h('li', { class: 'group' }, h('h2', { class: 'group-name' }, h('bdi', {}, group)));
    headings.set(group, known);
    return known;
  };

  /**
   * Those nothing was said to yet come under their groups, where there are any.
   * @param {string[]} jids @returns {HTMLElement[]}
   */
  const entries = (jids) => {
    const silentOnes = jids.filter((jid) => !conversations?.all.get(jid)?.lastTime);
    const grouped = silentOnes.some((jid) => groupOf(jid) !== '');
    let last = '';
    return jids.flatMap((jid) => {
      const group = !grouped || conversations?.all.get(jid)?.lastTime ? '' : groupOf(jid) || t('list.others');
      const begins = group !== last && group !== '';
      last = group;
      return begins ? [headingOf(group), entry(jid, conversations?.all.get(jid))] : [entry(jid, conversations?.all.get(jid))];
    });
  };

  let order = /** @type {string[]} */ ([]);
  let rove = '';
  let most = SHOWN;
  let asked = '';
  const roving = () => (order.includes(rove) ? rove : order.includes(current) ? current : order[0]);

  const render = () => {
    order = shown();
    const focused = document.activeElement?.closest('.entry') ? /** @type {HTMLElement} */ (document.activeElement).dataset.jid : '';
    const inside = order.slice(0, most);
    arrange(list, entries(inside));
    const kept = new Set(inside);
    for (const jid of rows.keys()) if (!kept.has(jid)) rows.delete(jid);
    empty.hidden = order.length > 0;
    empty.textContent = t(filter.value ? 'list.nothing' : 'list.empty');
    const answers = presence;
    const asking = [...(answers?.requests ?? [])];
    const inviting = [...(invitations?.all.values() ?? [])];
    const now = JSON.stringify([asking, inviting]);
    // Whoever is about to press one of their buttons keeps it.
    if (answers && now !== asked) {
      fill(requests, ...asking.map((jid) => request(client, answers, jid)), ...inviting.map((one) => invitation(client, one, nameOf, open)));
    }
    asked = now;
    fill(face, avatar(account.bare, account.local), own);
    own.className = `dot ${connection.online && presence ? presence.own.show : 'offline'}`;
    settle();
    if (focused && focused !== document.activeElement?.closest('.entry')?.getAttribute('data-jid')) focusEntry(order.includes(focused) ? focused : roving());
  };
  const plan = perFrame(render);
  const settle = () => {
    const stop = roving();
    for (const button of list.querySelectorAll('[tabindex="0"]')) if (button.getAttribute('data-jid') !== stop) button.setAttribute('tabindex', '-1');
    rows.get(stop)?.row.firstElementChild?.setAttribute('tabindex', '0');
  };

  /** @param {string} jid */
  const focusEntry = (jid) => {
    if (order.indexOf(jid) >= most) {
      most = order.indexOf(jid) + SHOWN;
      render();
    }
    const button = /** @type {HTMLElement | null | undefined} */ (rows.get(jid)?.row.firstElementChild);
    if (!button) return;
    rove = jid;
    settle();
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
  list.addEventListener('scroll', () => {
    if (most >= order.length || list.scrollHeight - list.scrollTop - list.clientHeight > NEAR) return;
    most += SHOWN;
    plan();
  }, { passive: true });
  filter.addEventListener('input', () => {
    most = SHOWN;
    plan();
  });
  filter.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown' && order.length > 0) focusEntry(order[0]);
    else if (event.key === 'Enter' && order.length > 0) open(order[0]);
    else if (event.key === 'Escape') { filter.value = ''; plan(); } else return;
    event.preventDefault();
  });
  const sortAnew = () => {
    silent = null;
    plan();
  };
  roster.on('change', sortAnew);
  connection.on('state', plan);
  void client.chats.then((chats) => {
    ({ conversations, presence, invitations, nameOf } = chats);
    invitations.on('change', plan);
    usePictures((jid) => chats.avatars.urlOf(jid));
    chats.avatars.on('change', plan);
    /** @type {Map<string, string>} */
    const names = new Map();
    chats.rooms.on('change', ({ jid }) => {
      const name = nameOf(jid);
      if (names.get(jid) === name) return plan();
      names.set(jid, name);
      sortAnew();
    });
    presence.on('change', plan);
    presence.on('request', plan);
    for (const event of ['change', 'message', 'update']) conversations.on(event, plan);
    conversations.on('list', sortAnew);
    sortAnew();
  });
  render();
  const element = h('nav', { class: 'sidebar', tabindex: '-1', 'aria-label': t('region.list') }, head, h('div', { class: 'filter' }, filter), notice, requests, list, empty);
  return {
    element,
    notice,
    /** @param {string} jid */
    setCurrent(jid) {
      current = jid;
      filter.value = '';
      rove = jid || rove;
      plan();
    },
    focus: focusEntry,
    has: (/** @type {string} */ jid) => order.includes(jid),
    /** Where the keyboard goes on when what had the focus is gone. */
    home() {
      if (order.length > 0) focusEntry(roving());
      else element.focus();
    },
    /** @param {number} by */
    step(by) {
      const at = order.indexOf(current);
      const next = order[(at + by + order.length) % order.length];
      if (next) open(next);
    },
  };
}

/** @param {Message} message @param {boolean} room */
const said = ({ mine, from }, room) => (mine ? t('list.mine') : room ? `${from.slice(from.indexOf('/') + 1)}: ` : '');

/** @param {string} path @param {string} key @param {() => void} act */
export const iconButton = (path, key, act) =>
  h('button', { class: 'icon-button', type: 'button', title: t(key), 'aria-label': t(key), on: { click: act } }, icon(path));

/** @param {Client} client @param {Invitation} one @param {(jid: string) => string} nameOf @param {(jid: string) => void} open */
function invitation(client, one, nameOf, open) {
  const { jid, from, nick, reason } = one;
  return h('li', { class: 'request' }, h('p', {}, h('bdi', {}, t('room.invited', { from: from ? nameOf(from) : nick || jid, room: jid }))),
    reason && h('p', { class: 'muted' }, h('bdi', {}, reason)),
    h('div', { class: 'row-actions' },
      button(t('room.invited.accept'), async () => (await import('./rooms.mjs')).enter(client, one, open), 'small primary'),
      button(t('room.invited.decline'), async () => (await client.chats).invitations.done(jid, true), 'small')));
}

/** @param {Client} client @param {Presence} presence @param {string} jid */
function request({ roster }, presence, jid) {
  const answer = (/** @type {boolean} */ allow) => () => {
    presence.answer(jid, allow);
    if (allow && !['to', 'both'].includes(roster.contacts.get(jid)?.subscription ?? '')) presence.subscribe(jid);
  };
  return h('li', { class: 'request' }, h('p', {}, h('bdi', {}, jid), ' ', t('request.text')),
    h('div', { class: 'row-actions' },
      button(t('request.allow'), answer(true), 'small primary'), button(t('request.deny'), answer(false), 'small')));
}
