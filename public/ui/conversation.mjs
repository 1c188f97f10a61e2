// One conversation on the screen: head, messages, composer, and what ties them to the features.

import { t } from '../i18n/i18n.mjs';
import { avatar, BACK, MORE } from './icons.mjs';
import { composer } from './composer.mjs';
import { fill, h, perFrame } from './dom.mjs';
import { messageList } from './message-list.mjs';
import { iconButton } from './roster-list.mjs';

/**
 * @param {import('../features/client.mjs').Client} client @param {import('../features/chats.mjs').Chats} chats @param {string} jid
 * @param {{ back(): void, live(text: string): void }} shell
 */
export function conversationView(client, { conversations, presence, chat }, jid, { back, live }) {
  const { roster } = client;
  const conversation = conversations.open(jid);
  const visible = () => !document.hidden && document.hasFocus();
  if (visible()) conversations.watch(conversation);

  const list = messageList(conversation, {
    nameOf: (from) => (from === client.account.bare ? t('chat.me') : roster.nameOf(from)),
    retry: (message) => chat.retry(conversation, message),
  });
  const writer = composer({
    draft: conversation.draft,
    send: (text) => {
      if (writer.correcting) chat.correct(conversation, writer.correcting, text);
      else chat.send(conversation, text);
      list.toEnd();
    },
    state: (state) => chat.sendState(conversation, state),
    keep: (text) => conversations.setDraft(conversation, text),
    lastOwn: () => [...conversation.log.messages].reverse().find((m) => m.mine && m.kind === 'text' && m.delivery !== 'failed') ?? null,
    leave: back,
  });
  const title = h('h1', { class: 'title' });
  const subtitle = h('p', { class: 'subtitle' });
  const face = h('span', { class: 'with-dot' });

  const renderHead = () => {
    const { show, status } = presence.of(jid);
    fill(title, h('bdi', {}, roster.nameOf(jid)));
    fill(face, avatar(jid, roster.nameOf(jid)), h('span', { class: `dot ${show}` }));
    const writing = conversation.composing.size > 0;
    subtitle.classList.toggle('writing', writing);
    fill(subtitle, h('bdi', {}, writing ? t('chat.composing.short') : status ? `${t(`show.${show}`)} · ${status}` : `${t(`show.${show}`)} · ${jid}`));
  };
  const planHead = perFrame(renderHead);
  renderHead();

  const stops = [
    roster.on('change', planHead),
    presence.on('change', (who) => (who === jid || who === '') && planHead()),
    conversations.on('change', (changed) => changed === conversation && planHead()),
    conversations.on('message', ({ conversation: of, message, live: now }) => {
      if (of !== conversation) return;
      list.add(message);
      if (now && !message.mine) live(t('live.message', { name: roster.nameOf(message.from), text: message.body }));
      if (visible()) chat.markRead(conversation);
    }),
    conversations.on('removed', ({ conversation: of }) => of === conversation && list.refresh()),
    conversations.on('update', ({ conversation: of, message }) => of === conversation && list.update(message)),
  ];
  const looked = () => visible() && chat.markRead(conversation);
  window.addEventListener('focus', looked);
  looked();

  return {
    jid,
    element: h('section', { class: 'conversation' },
      h('header', { class: 'conversation-head' },
        h('span', { class: 'narrow-only' }, iconButton(BACK, 'chat.back', back)), face,
        h('div', { class: 'titles' }, title, subtitle),
        iconButton(MORE, 'chat.details', async () => (await import('./people.mjs')).contactDialog(client, jid))),
      list.element, writer.element),
    stop() {
      for (const stop of stops) stop();
      window.removeEventListener('focus', looked);
      writer.stop();
      conversation.dividerKey = '';
      conversations.watch(null);
    },
    focus: () => writer.focus(),
  };
}
