// Making an account, in a dialog over the login.

import { t } from '../i18n/i18n.mjs';
import { asFailure } from '../core/base.mjs';
import { Registration } from '../features/register.mjs';
import { FallbackTransport } from '../xmpp/transport-ws.mjs';
import { dataForm, openDialog } from './dialogs.mjs';
import { h } from './dom.mjs';
import { inWords } from './login.mjs';

const OURS = new Set(['username', 'password', 'email', 'name']); // fields whose names we have in the person's language

/**
 * @param {Config} config @param {Host} host
 * @param {(name: string, password: string) => void} done
 */
export async function registerDialog(config, host, done) {
  const registration = new Registration(new FallbackTransport(config, host), config.domain, host.clock);
  /** @type {{ content: (Node | string)[], read?: (fields: FormData) => Map<string, string[]> }} */
  let shown;
  try {
    await registration.open();
    const { form, link } = registration;
    const fields = form.fields.map((field) => ({ ...field, label: OURS.has(field.name) ? t(`register.${field.name}`) : field.label || field.name }));
    shown = link ? { content: [h('p', {}, t('register.elsewhere')), h('p', {}, h('a', { href: link, rel: 'noopener noreferrer', target: '_blank' }, link))] }
      : dataForm({ ...form, fields });
  } catch (error) {
    shown = { content: [h('p', { role: 'alert' }, inWords(error))] };
  }
  const { read } = shown;
  const dialog = openDialog({
    title: t('register.title', { domain: config.domain }), content: shown.content, action: read && t('register.submit'),
    submit: read && (async (data) => {
      const chosen = read(data);
      try {
        await registration.submit(chosen);
      } catch (error) {
        const { code, detail } = asFailure(error);
        throw new Error(code === 'registration-refused' && detail ? `${inWords(error)} (${detail})` : inWords(error));
      }
      done(chosen.get('username')?.[0] ?? '', chosen.get('password')?.[0] ?? '');
    }),
  });
  dialog.addEventListener('close', () => registration.close());
}
