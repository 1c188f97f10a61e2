// Speaks to screen readers once, politely, and sums up what comes too fast to listen to.

import { t } from '../i18n/i18n.mjs';
import { h } from './dom.mjs';

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
