// One line that says what the connection is doing, whenever it is not simply there; and the region that tells screen
// readers what comes: once, politely, and summed up when it is too fast to listen to.

import { t } from '../i18n/i18n.mjs';
import { button, fill, h } from './dom.mjs';
import { inWords } from './login.mjs';

// What another password, or the same once more, is the answer to.
const SIGN_IN = new Set(['password-needed', 'wrong-password', 'credentials-expired']);
const PATIENCE = 600; // a resumption that is quicker needs no words

/** @param {Client} client */
export function statusLine(client) {
  const { connection } = client;
  const line = h('div', { class: 'status-line', role: 'status', hidden: true });
  let pause = 0;
  let ticker = 0;

  const render = () => {
    const { name, failure, networkUp, retryAt } = connection.state;
    window.clearInterval(ticker);
    line.classList.toggle('ended', name === 'ended');
    if (name === 'ended') {
      const again = failure && SIGN_IN.has(failure.code)
        ? button(t('status.sign-in'), async () => (await import('./people.mjs')).signInDialog(client), 'small')
        : button(t('status.continue'), () => connection.again(), 'small');
      fill(line, h('span', {}, failure ? inWords(failure) : t('status.signed-out')), again);
    } else if (!networkUp) {
      fill(line, h('span', {}, t('status.no-network')));
    } else if (name === 'waiting') {
      // Readers hear that it is so, not every second of it.
      const countdown = h('span', { 'aria-hidden': 'true' }, '');
      const tick = () => (countdown.textContent = t('status.waiting', { count: Math.max(1, Math.ceil((retryAt - Date.now()) / 1000)) }));
      tick();
      ticker = window.setInterval(tick, 1000);
      fill(line, h('span', { class: 'visually-hidden' }, t('status.lost')), countdown, button(t('status.now'), () => connection.retryNow(), 'small'));
    } else {
      fill(line, h('span', {}, t('status.connecting')));
    }
  };

  /** @param {import('../xmpp/connection.mjs').State} state */
  const changed = ({ name, networkUp }) => {
    window.clearTimeout(pause);
    if (name === 'online' && networkUp) {
      window.clearInterval(ticker);
      line.hidden = true;
      return;
    }
    if (!line.hidden) render();
    else pause = window.setTimeout(() => { line.hidden = false; render(); }, name === 'ended' ? 0 : PATIENCE);
  };
  connection.on('state', changed);
  changed(connection.state);
  return line;
}

const MOST_PER_SECOND = 3;

export class LiveRegion {
  element = h('div', { class: 'visually-hidden', 'aria-live': 'polite' });
  /** @type {string[]} */
  #waiting = [];
  #timer = 0;

  /** @param {string} text */
  say(text) {
    this.#waiting.push(text);
    if (!this.#timer) this.#timer = window.setTimeout(() => this.#speak(), 1000 / MOST_PER_SECOND);
  }

  #speak() {
    this.#timer = 0;
    const texts = this.#waiting.splice(0);
    const spoken = texts.length > MOST_PER_SECOND ? t('live.many', { count: texts.length }) : texts.join('\n');
    this.element.replaceChildren(h('p', {}, spoken));
  }
}
