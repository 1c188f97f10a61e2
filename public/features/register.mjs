// Accounts themselves (XEP-0077): making one on a stream of its own before anybody is logged in, and a new password for
// the one we have.

import { Failure } from '../core/base.mjs';
import { randomId } from '../core/bytes.mjs';
import { stanzaError } from '../xmpp/errors.mjs';
import { readForm, submitForm } from '../xmpp/forms.mjs';
import { CLIENT, DATA_FORM, OOB, REGISTER, REGISTER_FEATURE, STREAM } from '../xmpp/ns.mjs';
import { Reader } from '../xmpp/session.mjs';
import { el } from '../xmpp/xml.mjs';

/**
 * What the server wants to know, as a form, also where it asks in the old way.
 * @param {XmlElement | null} query @returns {Form}
 */
function registrationForm(query) {
  const form = readForm(query?.child('x', DATA_FORM));
  if (form) return form;
  const fields = (query?.elements() ?? []).filter(({ name, ns }) => ns === REGISTER && !['instructions', 'registered', 'key', 'remove'].includes(name));
  return {
    instructions: query?.childText('instructions') ?? '',
    fields: fields.map(({ name }) => ({
      name, type: name === 'password' ? 'text-private' : 'text-single', label: '', description: '', required: true, values: [], options: [],
    })),
  };
}

export class Registration {
  #modern = false;
  /** @type {Form} */
  form = { instructions: '', fields: [] };
  /** Where the account is made instead, when it cannot be here. */
  link = '';

  /**
   * @param {Transport} transport not yet opened
   * @param {string} domain @param {Clock} clock
   */
  constructor(transport, domain, clock) {
    this.transport = transport;
    this.domain = domain;
    this.reader = new Reader(transport, clock);
  }

  /** Throws the Failure to show. */
  async open() {
    this.transport.open({ to: this.domain });
    const features = await this.reader.next();
    if (!features.is('features', STREAM)) throw new Failure('bad-protocol', { detail: features.name });
    // Some servers take registrations without saying so; their answer tells.
    if (!features.child('register', REGISTER_FEATURE) && features.child('mechanisms') === null) throw new Failure('no-registration');
    const query = (await this.#ask('get', el('query', { xmlns: REGISTER }))).child('query', REGISTER);
    const link = query?.child('x', OOB)?.childText('url') ?? '';
    this.link = /^https?:\/\//i.test(link) ? link : '';
    this.#modern = readForm(query?.child('x', DATA_FORM)) !== null;
    this.form = registrationForm(query);
    if (this.form.fields.length === 0 && !this.link) throw new Failure('no-registration');
  }

  /** @param {Map<string, string[]>} chosen throws the Failure to show */
  async submit(chosen) {
    const value = (/** @type {string} */ name) => chosen.get(name)?.[0] ?? '';
    const inside = this.#modern ? [submitForm(this.form, chosen)] : this.form.fields.map(({ name }) => el(name, {}, value(name)));
    await this.#ask('set', el('query', { xmlns: REGISTER }, inside));
  }

  close() {
    this.transport.close();
  }

  /** @param {'get' | 'set'} type @param {XmlElement} child */
  async #ask(type, child) {
    const id = randomId(6);
    this.transport.send(el('iq', { type, id, to: this.domain }, child));
    for (;;) {
      const answer = await this.reader.next();
      if (!answer.is('iq', CLIENT) || answer.attrs.id !== id) continue;
      if (answer.attrs.type === 'result') return answer;
      const { condition, text } = stanzaError(answer);
      const codes = /** @type {Record<string, string>} */ ({ conflict: 'name-taken', 'not-acceptable': 'registration-refused', 'resource-constraint': 'resource-constraint' });
      const refused = type === 'set' ? 'registration-refused' : 'no-registration';
      throw new Failure(codes[condition] ?? refused, { detail: text || condition });
    }
  }
}

/** @param {Client} client @param {string} password */
export async function changePassword({ router, connection }, password) {
  const { local, domain } = connection.jid;
  await router.ask('set', el('query', { xmlns: REGISTER }, el('username', {}, local), el('password', {}, password)), domain);
  // What was kept of the old one is useless from now on; the session goes on under the new one.
  await connection.renew({ username: local, password });
}
