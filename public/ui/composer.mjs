// Where one writes. Enter sends unless an input method is composing; Shift+Enter breaks the line; Up edits the last message.

import { percent, t } from '../i18n/i18n.mjs';
import { button, CLIP, h, icon, SEND } from './dom.mjs';

const PAUSE = 4_000; // after which somebody who stopped typing is said to have paused (XEP-0085)
export const IME_KEY = 229; // what some engines report for keys an input method takes

/**
 * @param {{
 *   draft: string, send(text: string): void, state(state: string): void, keep(draft: string): void,
 *   lastOwn(): Message | null, leave(): void,
 *   attach(files: File[], progress: (part: number, name: string) => void, stop: AbortSignal): Promise<void>,
 * }} actions
 */
export function composer({ draft, send, state, keep, lastOwn, leave, attach }) {
  const text = h('textarea', {
    rows: '1', value: draft, placeholder: t('chat.write'), 'aria-label': t('chat.write'), enterkeyhint: 'send', autocapitalize: 'sentences',
  });
  const submit = h('button', { class: 'send', type: 'submit', title: t('chat.send'), 'aria-label': t('chat.send') }, icon(SEND));
  const progress = h('progress', { class: 'progress', max: '1', 'aria-label': t('media.sending') });
  const sent = h('bdi', { class: 'sending-name' });
  const part = h('span', {});
  const sending = h('div', { class: 'sending', hidden: true }, sent, part,
    button(t('media.cancel'), () => stop?.abort(), 'small'), progress);
  const files = h('input', { type: 'file', multiple: true, class: 'visually-hidden', tabindex: '-1', 'aria-hidden': 'true' });
  const clip = h('button', { class: 'icon-button', type: 'button', title: t('media.attach'), 'aria-label': t('media.attach'), on: { click: () => files.click() } }, icon(CLIP));
  const editing = h('p', { class: 'editing', hidden: true }, t('chat.editing'));
  let writing = false;
  let pause = 0;
  let saving = 0;
  /** @type {AbortController | null} */
  let stop = null;

  const say = (/** @type {string} */ what) => {
    writing = what === 'composing';
    state(what);
  };
  const keepNow = () => void (handle.correcting || keep(text.value));
  const grow = () => {
    text.style.blockSize = 'auto';
    text.style.blockSize = `${text.scrollHeight + 2}px`;
  };
  const handle = {
    /** @type {Message | null} */
    correcting: null,
    element: h('form', { class: 'composer', on: { submit: onSubmit } }, editing, sending, h('div', { class: 'composer-row' }, clip, files, text, submit)),
    focus() {
      text.focus({ preventScroll: true });
    },
    stop() {
      window.removeEventListener('pagehide', keepNow);
      window.clearTimeout(pause);
      window.clearTimeout(saving);
      keepNow();
      if (writing) say('paused');
    },
  };

  /** @param {Message | null} message */
  function correct(message) {
    handle.correcting = message;
    editing.hidden = message === null;
    text.value = message?.body ?? '';
    grow();
  }

  /** @param {Event} event */
  function onSubmit(event) {
    event.preventDefault();
    const body = text.value.trim();
    if (!body) return;
    writing = false; // the message itself says that we are done
    window.clearTimeout(pause);
    send(body);
    correct(null);
    keep('');
    text.focus();
  }

  /** @param {Iterable<File>} chosen */
  const upload = async (chosen) => {
    const list = [...chosen];
    if (list.length === 0) return;
    clip.disabled = true;
    stop = new AbortController();
    await attach(list, (done, name) => {
      sending.hidden = false;
      sent.textContent = name;
      part.textContent = percent(done);
      progress.value = done;
    }, stop.signal);
    sending.hidden = true;
    clip.disabled = false;
    files.value = '';
  };
  files.addEventListener('change', () => void upload(files.files ?? []));
  text.addEventListener('paste', (event) => {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    void upload(event.clipboardData.files);
  });
  text.addEventListener('keydown', (event) => {
    if (event.isComposing || event.keyCode === IME_KEY) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      handle.element.requestSubmit();
    } else if (event.key === 'ArrowUp' && text.value === '') {
      const last = lastOwn();
      if (!last) return;
      event.preventDefault();
      correct(last);
    } else if (event.key === 'Escape') {
      if (handle.correcting) correct(null);
      else leave();
    }
  });
  text.addEventListener('input', () => {
    grow();
    if (!writing && text.value) say('composing');
    window.clearTimeout(pause);
    pause = window.setTimeout(() => writing && say(text.value ? 'paused' : 'active'), PAUSE);
    window.clearTimeout(saving);
    saving = window.setTimeout(keepNow, 500);
  });
  window.addEventListener('pagehide', keepNow);
  requestAnimationFrame(grow);
  return handle;
}
