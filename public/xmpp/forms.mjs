// Data forms (XEP-0004) as plain data, read and sent back. Knows no form in particular.

import { el } from './xml.mjs';
import { DATA_FORM } from './ns.mjs';

const FIELD_LIMIT = 200;
const OPTION_LIMIT = 500;

/**
 * @typedef {ReturnType<typeof readField>} Field
 * @typedef {NonNullable<ReturnType<typeof readForm>>} Form
 */

/** @param {XmlElement} field */
const readField = (field) => ({
  name: field.attrs.var ?? '',
  type: field.attrs.type ?? 'text-single',
  label: field.attrs.label ?? field.attrs.var ?? '',
  description: field.childText('desc') ?? '',
  required: field.child('required') !== null,
  values: field.elements('value').map(({ text }) => text),
  options: field.elements('option').slice(0, OPTION_LIMIT)
    .map((option) => ({ label: option.attrs.label ?? option.childText('value') ?? '', value: option.childText('value') ?? '' })),
});

/** @param {XmlElement | null | undefined} x */
export function readForm(x) {
  if (!x || x.ns !== DATA_FORM || (x.attrs.type ?? 'form') !== 'form') return null;
  return {
    instructions: x.elements('instructions').map(({ text }) => text).join('\n'),
    fields: x.elements('field').slice(0, FIELD_LIMIT).map(readField),
  };
}

/** @param {string} value */
export const isTrue = (value) => value === '1' || value === 'true';

/**
 * The answer: what the person chose, and what the form itself says for the rest.
 * @param {Form} form @param {Map<string, string[]>} chosen values by name
 */
export function submitForm({ fields }, chosen) {
  const sent = fields.filter(({ name, type }) => name && type !== 'fixed');
  return el('x', { xmlns: DATA_FORM, type: 'submit' }, sent.map(({ name, type, values }) =>
    el('field', { var: name, type: type === 'hidden' ? type : null }, (chosen.get(name) ?? values).map((value) => el('value', {}, value)))));
}

/** What takes a form's own values, such as a new room that is to be open at once (XEP-0045 section 10.1.2). */
export const defaultForm = () => el('x', { xmlns: DATA_FORM, type: 'submit' });
