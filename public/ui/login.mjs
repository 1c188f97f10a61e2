// The first view: address and password, and what went wrong in words with a next step.

import { t } from '../i18n/i18n.mjs';
import { parseJid, typedJid } from '../xmpp/jid.mjs';
import { serves } from '../xmpp/discovery.mjs';
import { asFailure, Failure } from '../core/base.mjs';
import { button, h, sign } from './dom.mjs';

/** @param {unknown} error */
function describe(error) {
  const { code, detail } = asFailure(error);
  return { title: t(`error.${code}`, {}, 'error.internal'), next: t(`error.${code}.next`, {}, 'error.internal.next'), detail };
}

/** @param {unknown} error */
export function inWords(error) {
  const { title, next } = describe(error);
  return `${title} ${next}`;
}

/** @param {HTMLElement} box @param {unknown} error @param {HTMLElement | null} [extra] */
export function showProblem(box, error, extra = null) {
  const { title, next, detail } = describe(error);
  box.replaceChildren(h('strong', {}, title), h('p', {}, next), ...(extra ? [extra] : []));
  box.title = detail;
  box.hidden = false;
}

/**
 * @param {{
 *   config: Config, address: string,
 *   logIn(account: Jid, password: string, stay: boolean): Promise<void>,
 *   register(done: (name: string, password: string) => void): Promise<void>,
 *   failure: Failure | null, forget(account: string): void, asks: boolean,
 * }} options asks: the server takes nothing but the password, at each visit
 */
export function loginView({ config, address, failure: earlier, logIn, register, forget, asks }) {
  const problem = h('div', { class: 'problem', role: 'alert', hidden: true });
  const user = h('input', {
    id: 'login-address', name: 'username', autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', inputmode: 'email',
    required: true, value: address, placeholder: config.domain ? t('login.address.short') : t('login.address.full'),
  });
  const password = h('input', { id: 'login-password', name: 'password', type: 'password', autocomplete: 'current-password', required: true });
  const stay = h('input', { type: 'checkbox', id: 'login-stay' });
  const enter = h('button', { class: 'button primary wide', type: 'submit' }, t('login.submit'));
  const reveal = h('button', {
    class: 'reveal', type: 'button', 'aria-pressed': 'false',
    on: {
      click: () => {
        const shown = password.type === 'text';
        password.type = shown ? 'password' : 'text';
        reveal.setAttribute('aria-pressed', String(!shown));
      },
    },
  }, t('login.reveal'));

  /** @returns {Jid} */
  const readAddress = () => {
    const typed = user.value.trim();
    const account = config.domain ? typedJid(typed, config.domain) : parseJid(typed);
    if (!account?.local) throw new Failure('bad-address');
    if (!serves(config, account.domain)) throw new Failure('host-unknown', { detail: account.domain });
    if (!password.value) throw new Failure('no-password');
    return account;
  };

  /** @param {Event} event */
  const submit = async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      const account = readAddress();
      enter.disabled = true;
      enter.textContent = t('login.busy');
      await logIn(account, password.value, stay.checked);
    } catch (error) {
      const failure = asFailure(error);
      const trust = failure.code === 'sasl-downgrade' && button(t('login.trust'), () => { forget(readAddress().bare); form.requestSubmit(); });
      showProblem(problem, failure, trust || null);
      const field = ['bad-address', 'host-unknown'].includes(failure.code) ? user : password;
      field.focus();
      if (failure.code === 'wrong-password') password.select();
    } finally {
      enter.disabled = false;
      enter.textContent = t('login.submit');
    }
  };
  const form = h('form', { class: 'card login', novalidate: true, on: { submit } },
    h('div', { class: 'brand' }, sign(), h('h1', {}, config.product)),
    h('p', { class: 'lead' }, config.domain ? t('login.lead', { domain: config.domain }) : t('login.lead.any')),
    problem,
    h('div', { class: 'field' }, h('label', { for: 'login-address' }, t('login.address')),
      h('div', { class: 'joined' }, user, config.domain && h('span', { class: 'suffix', dir: 'ltr', 'aria-hidden': 'true' }, `@${config.domain}`))),
    h('div', { class: 'field' }, h('label', { for: 'login-password' }, t('login.password')), h('div', { class: 'joined' }, password, reveal)),
    h('div', { class: 'check' }, stay, h('label', { for: 'login-stay' }, t(asks ? 'login.keep' : 'login.stay'))),
    enter,
    (config.registration || Boolean(config.guest?.rooms.length)) && h('div', { class: 'row-actions' },
      config.registration && button(t('register.link'), () => register((name, secret) => {
        user.value = name;
        password.value = secret;
        form.requestSubmit();
      })),
      config.guest?.rooms[0] && h('a', { class: 'button', href: `?room=${encodeURIComponent(config.guest.rooms[0])}` }, t('guest.link'))));
  if (earlier) showProblem(problem, earlier);
  const suffix = form.querySelector('.suffix');
  user.addEventListener('input', () => suffix?.classList.toggle('faded', user.value.includes('@')));
  const view = h('main', { class: 'login-page' }, form);
  requestAnimationFrame(() => (user.value ? password : user).focus());
  return view;
}
