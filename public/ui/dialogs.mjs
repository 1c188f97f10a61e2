// Native dialogs: modal, closed by Escape, focus given back to where it was. Toasts: short notices at the edge of the
// screen, which go by themselves and never take the focus. Fields for data forms; knows no form in particular.

import { t } from '../i18n/i18n.mjs';
import { isTrue } from '../xmpp/forms.mjs';
import { button, h, showDialog } from './dom.mjs';
/** @typedef {import('../xmpp/forms.mjs').Field} Field */

let opened = 0;

/**
 * What went wrong, in words: what a server said as a condition, or what we said ourselves.
 * @param {unknown} error
 */
export function troubleOf(error) {
  const { condition } = /** @type {any} */ (error);
  if (condition) return t(`trouble.${condition}`, {}, 'trouble.other');
  return error instanceof Error ? error.message : String(error);
}

/**
 * A button that asks once more before it does what cannot be undone.
 * @param {string} label @param {string} sure @param {() => unknown} act
 */
export function carefulButton(label, sure, act) {
  let asked = false;
  const careful = button(label, () => {
    if (asked) act();
    else careful.textContent = sure;
    asked = true;
  }, 'danger');
  return careful;
}

/**
 * Shows a dialog with a form. `submit` gets the fields; when it throws, the message is shown and the dialog stays, as it
 * always does with `stays`. Where fingers type, one that is mostly for `looking` does not bring up the keyboard.
 * @param {{ title: string, content: (Node | string)[], action?: string, looking?: boolean, stays?: boolean, submit?: (fields: FormData) => Promise<void> | void }} options
 */
export function openDialog({ title, content, action, looking = false, stays = false, submit }) {
  const titleId = `dialog-${(opened += 1)}`;
  const error = h('p', { class: 'problem', role: 'alert', hidden: true });
  const close = () => dialog.close();
  const confirm = action && h('button', { class: 'button primary', type: 'submit' }, action);
  const cancel = button(t(submit && !stays ? 'dialog.cancel' : 'dialog.close'), close);
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
      error.textContent = troubleOf(problem);
      error.hidden = false;
    } finally {
      if (confirm) confirm.disabled = false;
    }
  });
  showDialog(dialog);
  return dialog;
}

/** @param {{ name: string, label: string, hint?: string, value?: string, type?: string, required?: boolean, autocomplete?: string, inputmode?: string }} options */
export function field({ name, label, hint, value = '', type = 'text', required = false, autocomplete = 'off', inputmode }) {
  const id = `field-${name}`;
  return h('div', { class: 'field' },
    h('label', { for: id }, label),
    h('input', { id, name, type, value, required, autocomplete, inputmode, autocapitalize: 'none', spellcheck: 'false', 'aria-describedby': hint ? `${id}-hint` : null }),
    hint && h('p', { class: 'hint', id: `${id}-hint` }, hint));
}

const SHOWN = 6_000;
const region = h('div', { class: 'toasts', role: 'status' });

/** @param {string} text @param {'info' | 'error'} [tone] */
export function toast(text, tone = 'info') {
  if (!region.isConnected) document.body.append(region);
  const item = h('p', { class: `toast ${tone}` }, text);
  region.append(item);
  setTimeout(() => item.remove(), SHOWN);
}

const HEADING = 60; // fixed text that is shorter stands above a group of fields

/** @param {Field} field @param {string} id */
function input({ type, values, options, required }, id) {
  const name = id;
  if (type === 'list-single' || type === 'list-multi') {
    return h('select', { id, name, required, multiple: type === 'list-multi' }, ...options.map(({ label, value }) =>
      h('option', { value, selected: values.includes(value) }, label)));
  }
  if (type === 'text-multi' || type === 'jid-multi') return h('textarea', { id, name, required, rows: '3', value: values.join('\n') });
  const secret = type === 'text-private';
  return h('input', { id, name, required, type: secret ? 'password' : 'text', autocomplete: secret ? 'new-password' : 'off', autocapitalize: 'none', spellcheck: 'false', value: values[0] ?? '' });
}

/** @param {Field} field @param {string} id */
function row(field, id) {
  const { type, label, description, values, required } = field;
  if (type === 'fixed') return values.join().length < HEADING ? h('h3', {}, ...values) : h('p', { class: 'hint' }, values.join('\n'));
  const hint = description && h('p', { class: 'hint', id: `${id}-hint` }, description);
  if (type === 'boolean') {
    const box = h('input', { type: 'checkbox', id, name: id, checked: isTrue(values[0] ?? ''), 'aria-describedby': hint ? `${id}-hint` : null });
    return h('div', { class: 'field' }, h('div', { class: 'check' }, box, h('label', { for: id }, label)), hint);
  }
  const control = input(field, id);
  if (hint) control.setAttribute('aria-describedby', `${id}-hint`);
  return h('div', { class: 'field' }, h('label', { for: id }, label, required && h('span', { class: 'muted' }, ` ${t('form.required')}`)), control, hint);
}

/**
 * @param {Form} form
 * @returns {{ content: HTMLElement[], read(fields: FormData): Map<string, string[]> }} read: throws what to tell the person
 */
export function dataForm({ instructions, fields }) {
  const shown = fields.map((field, i) => ({ field, id: `data-${i}` })).filter(({ field }) => field.type !== 'hidden');
  return {
    content: [...(instructions ? [h('p', { class: 'hint' }, instructions)] : []), ...shown.map(({ field, id }) => row(field, id))],
    read(data) {
      /** @type {Map<string, string[]>} */
      const chosen = new Map();
      for (const { field: { name, type, required, label }, id } of shown) {
        if (!name || type === 'fixed') continue;
        const typed = data.getAll(id).map(String);
        const lines = type.endsWith('-multi') && type !== 'list-multi' ? typed.flatMap((text) => text.split('\n')).map((line) => line.trimEnd()) : typed;
        const values = type === 'boolean' ? [typed.length > 0 ? '1' : '0'] : lines.filter((value, i) => value !== '' || (lines.length === 1 && i === 0 && type.endsWith('single')));
        if (required && values.every((value) => value === '')) throw new Error(t('form.missing', { label }));
        chosen.set(name, values);
      }
      return chosen;
    },
  };
}
