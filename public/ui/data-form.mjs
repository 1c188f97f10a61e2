// A data form of a server as fields to fill in, and what was filled in. Knows no form in particular.

import { t } from '../i18n/i18n.mjs';
import { isTrue } from '../xmpp/forms.mjs';
import { h } from './dom.mjs';
/** @typedef {import('../xmpp/forms.mjs').Field} Field */

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
 * @param {import('../xmpp/forms.mjs').Form} form
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
