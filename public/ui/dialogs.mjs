// Native dialogs: modal, closed by Escape, focus given back to where it was.

import { t } from '../i18n/i18n.mjs';
import { h } from './dom.mjs';

let opened = 0;

/**
 * Shows a dialog with a form. `submit` gets the fields; when it throws, the message is shown and the dialog stays, as it
 * always does with `stays`. Where fingers type, one that is mostly for `looking` does not bring up the keyboard.
 * @param {{ title: string, content: (Node | string)[], action?: string, looking?: boolean, danger?: boolean, stays?: boolean, submit?: (fields: FormData) => Promise<void> | void }} options
 */
export function openDialog({ title, content, action, looking = false, danger = false, stays = false, submit }) {
  const titleId = `dialog-${(opened += 1)}`;
  const error = h('p', { class: 'problem', role: 'alert', hidden: true });
  const close = () => dialog.close();
  const confirm = action && h('button', { class: danger ? 'button danger' : 'button primary', type: 'submit' }, action);
  const cancel = h('button', { class: 'button', type: 'button', on: { click: close } }, t(submit && !stays ? 'dialog.cancel' : 'dialog.close'));
  const form = h('form', { class: 'dialog-form', novalidate: true }, h('h2', { id: titleId, ...(looking && matchMedia('(pointer: coarse)').matches ? { tabindex: '-1', autofocus: true } : {}) }, title), ...content, error,
    h('div', { class: 'dialog-actions' }, cancel, confirm || null));
  const dialog = h('dialog', { class: 'dialog', 'aria-labelledby': titleId }, form);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    error.hidden = true;
    if (confirm) confirm.disabled = true;
    try {
      await submit?.(new FormData(form));
      if (!stays) close();
    } catch (problem) {
      error.textContent = problem instanceof Error ? problem.message : String(problem);
      error.hidden = false;
    } finally {
      if (confirm) confirm.disabled = false;
    }
  });
  dialog.addEventListener('click', (event) => event.target === dialog && close());
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * A labelled text field.
 * @param {{ name: string, label: string, hint?: string, value?: string, type?: string, required?: boolean, autocomplete?: string, inputmode?: string, placeholder?: string }} options
 */
export function field({ name, label, hint, value = '', type = 'text', required = false, autocomplete = 'off', inputmode, placeholder }) {
  const id = `field-${name}`;
  return h('div', { class: 'field' },
    h('label', { for: id }, label),
    h('input', { id, name, type, value, required, autocomplete, inputmode, placeholder, autocapitalize: 'none', spellcheck: 'false', 'aria-describedby': hint ? `${id}-hint` : null }),
    hint && h('p', { class: 'hint', id: `${id}-hint` }, hint));
}
