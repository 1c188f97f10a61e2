// One conversation on the screen: head, messages, composer, and what ties them to the features. Above where one writes
// stands a line for what keeps words from arriving or answers from being seen, with what can be done about it.

import { shortTime, t } from '../i18n/i18n.mjs';
import { bareOf, parseJid } from '../xmpp/jid.mjs';
import { composer } from './composer.mjs';
import { toast, troubleOf } from './dialogs.mjs';
import { avatar, BACK, button, fill, h, MORE, perFrame } from './dom.mjs';
import { wantsPictures } from './media.mjs';
import { messageList } from './message-list.mjs';
import { iconButton } from './roster-list.mjs';

const WIDE = '(min-width: 68rem)'; // as in page.css

/** @param {Client} client @param {Chats} chats @param {Conversation} conversation */
function partner(client, chats, conversation) {
  const { chat, rooms, history, presence } = chats;
  const { jid } = conversation;
  if (conversation.kind === 'room') {
    const summary = () => {
      const room = rooms.all.get(jid);
      if (!room || room.state === '') return t(`room.trouble.${room?.trouble || 'out'}`, {}, 'room.trouble.other');
      if (room.state === 'joining') return t('room.joining');
      return room.subject ? `${t('room.count', { count: room.occupants.size })} · ${room.subject}` : t('room.count', { count: room.occupants.size });
    };
    return {
      speech: rooms, summary, show: () => '', nameOf: (/** @type {string} */ from) => from.slice(from.indexOf('/') + 1),
      older: () => rooms.older(conversation), details: async () => (await import('./rooms.mjs')).roomDialog(client, chats, jid),
      idsOf: (/** @type {string} */ id) => [`archive ${id}`],
      watch: (/** @type {() => void} */ plan) => rooms.on('change', (room) => room.jid === jid && plan()),
    };
  }
  const summary = () => {
    const { show, status, since } = presence.of(jid);
    const state = t(`show.${show}`);
    return `${since ? t('show.since', { state, time: shortTime(since, Date.now()) }) : state} · ${status || jid}`;
  };
  return {
    speech: chat, summary, show: () => presence.of(jid).show,
    nameOf: (/** @type {string} */ from) => (bareOf(from) === client.account.bare ? t('chat.me') : chats.nameOf(rooms.all.has(bareOf(from)) ? from : bareOf(from))),
    older: () => history.older(conversation), details: async () => (await import('./people.mjs')).contactDialog(client, jid),
    idsOf: (/** @type {string} */ id) => [`${jid} ${id}`, `${client.account.bare} ${id}`, `archive ${id}`],
    watch: (/** @type {() => void} */ plan) => presence.on('change', (who) => (who === jid || who === '') && plan()),
  };
}

/**
 * @param {Client} client @param {Chats} chats @param {string} jid
 * @param {{ back(): void, live(text: string): void, open?(jid: string): void }} shell
 */
export function conversationView(client, chats, jid, { back, live, open = () => {} }) {
  const { roster } = client;
  const { conversations, chat } = chats;
  const conversation = conversations.open(jid);
  const { speech, summary, show, nameOf, older, details, watch, idsOf } = partner(client, chats, conversation);
  const visible = () => !document.hidden && document.hasFocus();
  conversations.shown = conversation;
  if (visible()) conversations.watch(conversation);

  const list = messageList(conversation, {
    nameOf,
    // Without a connection there may be more, but not now.
    older: () => (client.connection.online ? older() : Promise.reject(new Error('offline'))),
    find: (id) => idsOf(id).map((one) => conversation.log.find(one)).find(Boolean) ?? null,
    shows: ({ from, mine }) => wantsPictures(client.host.storage) && (mine || roster.contacts.has(from) || roster.contacts.has(bareOf(from))),
    retry: (message) => conversations.retry(conversation, message, (body, more) => void speech.send(conversation, body, more)),
  });
  const writer = composer({
    draft: conversation.draft,
    send: (text) => {
      if (writer.correcting) speech.correct(conversation, writer.correcting, text);
      else speech.send(conversation, text);
      list.toEnd();
    },
    state: (state) => speech.sendState(conversation, state),
    keep: (text) => conversations.setDraft(conversation, text),
    lastOwn: () => [...conversation.log.messages].reverse().find((m) => m.mine && m.kind === 'text' && m.delivery !== 'failed' && m.body && !m.retracted && !m.encrypted) ?? null,
    leave: back,
    async attach(files, progress, stop) {
      try {
        for (const file of files) {
          progress(0, file.name);
          const url = await chats.upload.send(file, (part) => progress(part, file.name), stop);
          speech.send(conversation, url, { url });
        }
      } catch (error) {
        if (stop.aborted) return;
        const condition = /** @type {any} */ (error).condition ?? 'upload-failed';
        toast(t(`media.trouble.${condition}`, {}, 'media.trouble.upload-failed'), 'error');
      }
    },
  });
  const bar = notice(client, chats, conversation, open);
  const title = h('h1', { class: 'title' });
  const subtitle = h('p', { class: 'subtitle' });
  const face = h('span', { class: 'with-dot' });

  const renderHead = () => {
    const name = chats.nameOf(jid);
    fill(title, h('bdi', {}, name));
    fill(face, avatar(jid, name, conversation.kind), show() && h('span', { class: `dot ${show()}` }));
    const writing = conversation.composing.size > 0;
    subtitle.classList.toggle('writing', writing);
    fill(subtitle, h('bdi', {}, writing ? composingText(conversation) : summary()));
  };
  const planHead = perFrame(renderHead);
  renderHead();

  const stops = [
    roster.on('change', planHead),
    chats.avatars.on('change', (who) => who === jid && planHead()),
    watch(planHead),
    conversations.on('change', (changed) => changed === conversation && planHead()),
    conversations.on('message', ({ conversation: of, message, live: now }) => {
      if (of !== conversation) return;
      list.add(message);
      if (now && !message.mine) live(t('live.message', { name: nameOf(message.from), text: message.body }));
      if (visible() && conversation.kind === 'chat') chat.markRead(conversation);
    }),
    conversations.on('trimmed', ({ conversation: of, count }) => of === conversation && list.trimmed(count)),
    conversations.on('removed', ({ conversation: of }) => of === conversation && list.refresh()),
    conversations.on('update', ({ conversation: of, message }) => of === conversation && list.update(message)),
  ];
  const aside = conversation.kind === 'room' ? peopleBeside(client, chats, jid) : null;
  const looked = () => visible() && conversation.kind === 'chat' && chat.markRead(conversation);
  window.addEventListener('focus', looked);
  looked();

  return {
    jid,
    element: h('section', { class: aside ? 'conversation with-people' : 'conversation' },
      h('header', { class: 'conversation-head' },
        h('span', { class: 'narrow-only' }, iconButton(BACK, 'chat.back', back)), face,
        h('div', { class: 'titles' }, title, subtitle),
        iconButton(MORE, conversation.kind === 'room' ? 'room.details' : 'chat.details', () => void details())),
      list.element, bar.element, writer.element, aside?.element),
    stop() {
      aside?.stop();
      for (const stop of stops) stop();
      bar.stop();
      window.removeEventListener('focus', looked);
      writer.stop();
      conversation.dividerKey = '';
      conversation.pinned = false;
      conversations.shown = null;
      conversations.watch(null);
    },
    focus: () => writer.focus(),
  };
}

/**
 * Where the screen is wide enough, who is in the room stands beside what they say.
 * @param {Client} client @param {Chats} chats @param {string} jid
 */
function peopleBeside(client, chats, jid) {
  const element = h('aside', { class: 'people', hidden: true, 'aria-label': t('room.occupants') });
  const wide = matchMedia(WIDE);
  let stopped = false;
  /** @type {{ content: HTMLElement[], stop(): void } | null} */
  let people = null;
  const show = async () => {
    const room = chats.rooms.all.get(jid);
    if (!wide.matches || people || !room) return;
    const { peopleOf } = await import('./rooms.mjs');
    if (stopped || people) return;
    people = peopleOf(client, chats, room);
    fill(element, ...people.content);
    element.hidden = false;
  };
  const off = chats.rooms.on('change', (room) => room.jid === jid && room.state === 'in' && void show());
  wide.addEventListener('change', show);
  void show();
  return {
    element,
    stop() {
      stopped = true;
      off();
      wide.removeEventListener('change', show);
      people?.stop();
    },
  };
}

/** @param {Conversation} conversation */
function composingText({ kind, composing }) {
  if (kind === 'chat') return t('chat.composing.short');
  return t('room.composing', { count: composing.size, name: [...composing][0] ?? '' });
}

/** @param {string} key @param {() => unknown} act @param {Record<string, string>} [values] */
const offer = (key, act, values) => button(t(key, values), async () => {
  try { await act(); } catch (error) { toast(troubleOf(error), 'error'); }
}, 'small');

/** @param {Client} client @param {Chats} chats @param {string} jid @param {(jid: string) => void} open */
function ofRoom(client, chats, jid, open) {
  const room = chats.rooms.all.get(jid);
  if (!room || room.state === 'joining') return null;
  const dialogs = () => import('./rooms.mjs');
  if (room.state === 'in') return room.self?.role === 'visitor' ? [h('span', {}, t('room.visitor'))] : null;
  return [h('span', {}, t(`room.trouble.${room.trouble || 'out'}`, {}, 'room.trouble.other'), room.reason && ' ', h('bdi', {}, room.reason)),
    room.elsewhere && offer('room.elsewhere', async () => (await dialogs()).joinDialog(client, open, { jid: room.elsewhere }), { room: room.elsewhere }),
    room.trouble !== 'destroyed' && offer('room.rejoin', async () => (await dialogs()).enterAgain(client, chats, room))];
}

/** @param {Client} client @param {Chats} chats @param {Conversation} conversation */
function ofPerson({ roster, account }, { blocking, presence, rooms }, { jid, log }) {
  if (blocking.blocked.has(jid)) return [h('span', {}, t('contact.blocked')), offer('contact.unblock', () => blocking.set(jid, false))];
  const address = parseJid(jid);
  if (roster.contacts.has(jid) || jid === account.bare || !address?.local || rooms.all.has(address.bare)) return null;
  if (!log.messages.some(({ mine }) => !mine)) return null;
  return [h('span', {}, t('contact.stranger')),
    offer('contact.add', async () => { await roster.save(jid); presence.subscribe(jid); }),
    blocking.known && offer('contact.block', () => blocking.set(jid, true))];
}

/**
 * @param {Client} client @param {Chats} chats @param {Conversation} conversation @param {(jid: string) => void} open
 */
export function notice(client, chats, conversation, open) {
  const element = h('div', { class: 'notice', role: 'status', hidden: true });
  let shown = '';
  const render = () => {
    const content = conversation.kind === 'room' ? ofRoom(client, chats, conversation.jid, open) : ofPerson(client, chats, conversation);
    element.hidden = !content;
    const now = (content ?? []).map((part) => (part ? part.textContent : '')).join('\n');
    if (now === shown) return; // a button somebody is about to press stays where it is
    shown = now;
    fill(element, ...(content ?? []));
  };
  const plan = perFrame(render);
  const stops = [
    chats.rooms.on('change', (room) => room.jid === conversation.jid && plan()), chats.blocking.on('change', plan), client.roster.on('change', plan),
    chats.conversations.on('message', ({ conversation: of }) => of === conversation && conversation.log.messages.length < 3 && plan()),
  ];
  render();
  return { element, stop: () => stops.forEach((stop) => stop()) };
}
