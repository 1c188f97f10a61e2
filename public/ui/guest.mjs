// The page for guests of one room: a name, then the room and nothing else. Also what stands in frames of other pages.

import { t } from '../i18n/i18n.mjs';
import { watchPage } from './app-shell.mjs';
import { conversationView } from './conversation.mjs';
import { h, sign } from './dom.mjs';
import { field } from './dialogs.mjs';
import { inWords } from './login.mjs';
import { troubleText } from './rooms.mjs';
import { LiveRegion, statusLine } from './status-line.mjs';

/**
 * @param {Config} config @param {string} room
 * @param {() => Promise<Client>} logIn
 */
export function guestView(config, room, logIn) {
  const view = h('div', { class: 'guest' });
  /** @type {Client | null} */
  let client = null;
  let nick = '';

  const leave = () => {
    client?.connection.stop();
    client = null;
    ask();
  };

  const enter = async () => {
    client ??= await logIn();
    const chats = await client.chats;
    await chats.rooms.join(room, nick);
    const region = new LiveRegion();
    const conversation = conversationView(client, chats, room, { back: leave, live: (text) => region.say(text) });
    const main = h('main', { class: 'main', 'aria-label': t('region.conversation', { name: chats.nameOf(room) }) }, conversation.element);
    view.replaceChildren(statusLine(client), main, region.element);
    watchPage(client, chats, () => room);
    conversation.focus();
  };

  const ask = () => {
    const problem = h('div', { class: 'problem', role: 'alert', hidden: true });
    const button = h('button', { class: 'button primary wide', type: 'submit' }, t('room.join'));
    const name = field({ name: 'nick', label: t('guest.name'), value: nick, required: true, autocomplete: 'nickname' });
    const form = h('form', { class: 'card login', novalidate: true, on: { submit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      nick = String(new FormData(form).get('nick')).trim();
      problem.hidden = true;
      button.disabled = true;
      try {
        if (!nick) throw new Error(t('guest.name.missing'));
        await enter();
      } catch (error) {
        problem.textContent = explain(error);
        problem.hidden = false;
        form.querySelector('input')?.focus();
      }
      button.disabled = false;
    } } },
    h('div', { class: 'brand' }, sign(), h('h1', {}, config.product)),
    h('p', { class: 'lead' }, t('guest.lead', { room })), problem, name, button, h('p', { class: 'hint' }, t('guest.hint')));
    view.replaceChildren(h('main', { class: 'login-page' }, form));
    requestAnimationFrame(() => form.querySelector('input')?.focus());
  };
  ask();
  return view;
}

/** @param {unknown} error */
function explain(error) {
  if (/** @type {any} */ (error).condition) return troubleText(error);
  if (error instanceof Error && error.name === 'Error') return error.message;
  return inWords(error);
}
