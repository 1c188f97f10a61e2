// The view after the login: list, conversation, state line; moves between them by click, key and history.

import { t } from '../i18n/i18n.mjs';
import { h, sign } from './dom.mjs';
import { rosterList } from './roster-list.mjs';

/** @param {Client} client @param {Config} config */
export function shellView(client, config) {
  const main = h('main', { class: 'main', id: 'main', tabindex: '-1' }, welcome(config.product));
  const go = (/** @type {string} */ jid) => void open(jid);
  const list = rosterList(client, { open: go });
  const view = h('div', { class: 'shell', data: { view: 'list' } }, list.element, main);
  /** @type {{ element: HTMLElement, jid: string, stop(): void, focus(): void } | null} */
  let current = null;

  const close = () => {
    current?.stop();
    current = null;
    steps.closed();
    view.dataset.view = 'list';
    list.setCurrent('');
    main.removeAttribute('aria-label');
    const stranded = main.contains(document.activeElement);
    main.replaceChildren(welcome(config.product));
    if (stranded) list.home();
  };

  const leave = (/** @type {string} */ jid) => { close(); list.focus(jid); };

  /** @param {string} jid */
  const open = async (jid) => {
    const [{ conversationView }, chats] = await Promise.all([import('./conversation.mjs'), client.chats]);
    current?.stop();
    const shown = conversationView(client, chats, jid, { back: () => leave(jid), live, open: go });
    current = shown;
    view.dataset.view = 'conversation';
    list.setCurrent(jid);
    main.setAttribute('aria-label', t('region.conversation', { name: chats.nameOf(jid) }));
    main.replaceChildren(shown.element);
    shown.focus();
    steps.opened(jid);
  };
  const steps = watchHistory(view, { current: () => current?.jid ?? '', leave, show: (jid) => list.has(jid) && open(jid) });

  /** @param {string} text */
  let speak = (text) => { void text; };
  const live = (/** @type {string} */ text) => speak(text);
  // What is not needed for the first sight of the list comes after it.
  void client.chats.then((chats) => {
    void import('./status-line.mjs').then(({ LiveRegion, statusLine }) => {
      view.prepend(statusLine(client));
      const region = new LiveRegion();
      view.append(region.element);
      speak = (text) => region.say(text);
    });
    watchPage(client, chats, () => current?.jid ?? '');
    watchRooms(client, chats);
    void import('./notify.mjs').then(({ startNotifications }) => startNotifications(client, chats, go));
    void import('./update.mjs').then(({ updateNotice }) => list.notice.append(updateNotice(client)));
    void Promise.all([import('./shortcuts.mjs'), import('./switcher.mjs')]).then(([{ startShortcuts }, { openSwitcher }]) =>
      startShortcuts(view, { find: () => openSwitcher(client, chats, go), next: (step) => list.step(step) }));
    chats.conversations.on('list', () => current && !chats.conversations.all.has(current.jid) && close());
  });
  moveBetweenRegions(view);
  requestAnimationFrame(() => list.element.focus());
  return view;
}

/** @param {string} product */
const welcome = (product) =>
  h('div', { class: 'welcome' }, sign(), h('h1', {}, product), h('p', {}, t('welcome.hint')));

const WIDE = '(min-width: 45rem)'; // as in page.css

/**
 * Back and Forward, as fingers on a phone mean them: where list and conversation have one place, a conversation is one step,
 * whichever follows it; beside the list it is none. A dialog is closed first.
 * @param {HTMLElement} view gone when another login made another one @param {{ current(): string, show(jid: string): unknown, leave(jid: string): void }} shell
 */
function watchHistory(view, { current, show, leave }) {
  const wide = matchMedia(WIDE);
  const inside = () => history.state?.conversation !== undefined;
  let leaving = false;
  const closed = () => {
    if (leaving || !inside()) return;
    leaving = true;
    history.back();
  };
  /** @param {string} jid */
  const opened = (jid) => {
    if (inside()) history.replaceState({ conversation: jid }, '');
    else if (!wide.matches) history.pushState({ conversation: jid }, '');
  };
  window.addEventListener('popstate', ({ state }) => {
    const [wanted, shown] = [state?.conversation ?? '', current()];
    const dialog = /** @type {HTMLDialogElement | undefined} */ ([...document.querySelectorAll('dialog[open]')].pop());
    if (!view.isConnected) return;
    if (leaving) {
      leaving = false;
      if (shown) opened(shown); // meanwhile somebody went on
    } else if (dialog && wanted !== shown) {
      dialog.close();
      history.go(shown ? 1 : -1);
    } else if (!wanted && shown) leave(shown);
    else if (wanted !== shown && !show(wanted)) history.back();
  });
  wide.addEventListener('change', () => view.isConnected && current() && opened(current()));
  closed(); // after a reload the list is shown
  return { closed, opened };
}

/** @param {Client} client @param {Chats} chats @param {() => string} current */
export function watchPage({ connection }, { conversations }, current) {
  const look = () => {
    const visible = !document.hidden;
    connection.setActive(visible);
    conversations.watch(visible && document.hasFocus() ? (conversations.all.get(current()) ?? null) : null);
  };
  document.addEventListener('visibilitychange', look);
  window.addEventListener('focus', look);
  window.addEventListener('blur', () => conversations.watch(null));
  window.addEventListener('online', () => connection.setNetwork(true));
  window.addEventListener('offline', () => connection.setNetwork(false));
  // The browser asks in its own words whether to go all the same.
  window.addEventListener('beforeunload', (event) => connection.owes && event.preventDefault());
  // A page that the browser puts aside may come back as it was.
  window.addEventListener('pagehide', ({ persisted }) => void (persisted || connection.leave()));
  // Another network may have come without the browser being offline in between.
  /** @type {any} */ (navigator).connection?.addEventListener?.('change', () => connection.wake());
  for (const act of ['focus', 'pointerdown', 'keydown']) window.addEventListener(act, () => connection.nudge(), { passive: true });
  window.addEventListener('storage', ({ key }) => key === conversations.storageKey && conversations.sync());
  window.addEventListener('pageshow', ({ persisted }) => void (persisted && connection.wake()));
  const title = document.title;
  const badge = () => {
    const { unread } = conversations;
    document.title = unread > 0 ? `(${unread}) ${title}` : title;
  };
  conversations.on('change', badge);
  conversations.on('message', badge);
}

/** @param {Client} client @param {Chats} chats */
function watchRooms({ host }, { rooms, conversations }) {
  rooms.on('event', async ({ room, kind, nick, other, reason }) => {
    const { makeMessage } = await import('../features/message-log.mjs');
    const body = [t(`room.event.${kind}`, { nick, other }), reason].filter(Boolean).join(' ');
    conversations.add(conversations.open(room.jid, 'room'), makeMessage({ from: room.jid, body, time: host.clock.now(), kind: 'event' }));
  });
  rooms.on('trouble', async ({ error }) => {
    const [{ toast }, { troubleText }] = await Promise.all([import('./dialogs.mjs'), import('./rooms.mjs')]);
    toast(troubleText(error), 'error');
  });
}

/** @param {HTMLElement} view */
function moveBetweenRegions(view) {
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'F6' || document.querySelector('dialog[open]')) return;
    event.preventDefault();
    const stops = ['.sidebar .filter input', '.messages [tabindex="0"]', '.composer textarea', '.people .filter input']
      .map((selector) => /** @type {HTMLElement | null} */ (view.querySelector(selector)))
      .filter((element) => element !== null && element.offsetParent !== null);
    const regions = stops.map((element) => element?.closest('.sidebar, .messages, .composer, .people'));
    const at = regions.findIndex((region) => region?.contains(document.activeElement));
    stops[(at + (event.shiftKey ? -1 : 1) + stops.length) % stops.length]?.focus();
  });
}
