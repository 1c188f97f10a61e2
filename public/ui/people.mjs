// Dialogs about people: start a chat, edit a contact, my own state.

import { t } from '../i18n/i18n.mjs';
import { typedJid } from '../xmpp/jid.mjs';
import { carefulButton, field, openDialog, toast, troubleOf } from './dialogs.mjs';
import { button, fill, h } from './dom.mjs';
import { inWords } from './login.mjs';

/** @param {string} typed @param {string} domain */
function readAddress(typed, domain) {
  const address = typedJid(typed, domain);
  if (!address?.local) throw new Error(t('error.bad-address'));
  return address.bare;
}

/** @param {Client} client @param {(jid: string) => void} open */
export function newChatDialog(client, open) {
  const add = h('input', { type: 'checkbox', name: 'add', id: 'new-add', checked: true });
  const room = button(t('new.room'), async () => { dialog.close(); await (await import('./rooms.mjs')).joinDialog(client, open); });
  const dialog = openDialog({
    title: t('new.title'),
    content: [
      field({ name: 'address', label: t('new.address'), hint: t('new.hint', { domain: client.account.domain }), required: true, inputmode: 'email' }),
      h('div', { class: 'check' }, add, h('label', { for: 'new-add' }, t('new.add'))),
      room,
    ],
    action: t('new.submit'),
    async submit(fields) {
      const jid = readAddress(String(fields.get('address')).trim(), client.account.domain);
      const { conversations, presence } = await client.chats;
      if (fields.get('add') && jid !== client.account.bare && !client.roster.contacts.has(jid)) {
        await client.roster.save(jid);
        presence.subscribe(jid);
      }
      conversations.open(jid);
      open(jid);
    },
  });
}

/**
 * Shown once the server has said whom it blocks.
 * @param {Chats['blocking']} blocking @param {() => string} label @param {() => void} act
 */
function blockButton(blocking, label, act) {
  const offer = button('', act);
  const show = () => {
    offer.hidden = !blocking.known;
    offer.textContent = label();
  };
  const stop = blocking.on('change', () => (offer.isConnected ? show() : stop()));
  show();
  return offer;
}

/** @param {Client} client @param {string} jid */
export async function contactDialog(client, jid) {
  const { roster } = client;
  const { presence, blocking } = await client.chats;
  const contact = roster.contacts.get(jid);
  const sees = ['to', 'both'].includes(contact?.subscription ?? '');
  const seen = ['from', 'both'].includes(contact?.subscription ?? '');
  /** @param {Promise<void>} done */
  const act = async (done) => {
    dialog.close();
    await done.catch((error) => toast(troubleOf(error), 'error'));
  };
  const remove = carefulButton(t('contact.remove'), t('contact.remove.sure'), () => act(roster.remove(jid)));
  const blocked = () => blocking.blocked.has(jid);
  const block = blockButton(blocking, () => t(blocked() ? 'contact.unblock' : 'contact.block'), () => act(blocking.set(jid, !blocked())));
  const reveal = h('input', { type: 'checkbox', name: 'reveal', id: 'contact-reveal', checked: true });
  const dialog = openDialog({
    title: t('contact.title'), looking: true,
    content: [
      h('p', { class: 'muted' }, h('bdi', {}, jid)),
      field({ name: 'name', label: t('contact.name'), value: contact?.name ?? '' }),
      field({ name: 'groups', label: t('contact.groups'), hint: t('contact.groups.hint'), value: contact?.groups.join(', ') ?? '' }),
      h('p', { class: 'hint' }, t(contact ? (sees ? 'contact.sees' : 'contact.asked') : 'contact.stranger')),
      ...(seen ? [h('div', { class: 'check' }, reveal, h('label', { for: 'contact-reveal' }, t('contact.reveal')))] : []),
      h('div', { class: 'row-actions' }, block, contact && remove),
    ],
    action: t(contact ? 'contact.save' : 'contact.add'),
    async submit(fields) {
      const groups = String(fields.get('groups')).split(/[,，、]/).map((group) => group.trim()).filter(Boolean);
      await roster.save(jid, { name: String(fields.get('name')).trim(), groups: [...new Set(groups)] });
      if (!sees) presence.subscribe(jid);
      if (seen && !reveal.checked) presence.answer(jid, false);
    },
  });
}

/** @param {Client} client @param {boolean} [always] the server asks at each visit */
export function signInDialog({ connection, account, host }, always = false) {
  const { failure } = connection.state;
  openDialog({
    title: t('status.sign-in'), action: t('login.submit'),
    content: [h('p', { class: 'muted' }, h('bdi', {}, account.bare)), h('p', {}, always ? t('login.asks') : inWords(failure)),
      field({ name: 'password', label: t('login.password'), type: 'password', autocomplete: 'current-password', required: true })],
    async submit(fields) {
      const password = String(fields.get('password'));
      if (!password) throw new Error(t('error.no-password'));
      await connection.renew({ username: account.local, password });
      if (connection.state.failure) throw new Error(inWords(connection.state.failure));
      const { keepLogin, stays } = await import('../features/kept.mjs');
      if (stays(host.storage)) await keepLogin(host, account.bare, connection.options.credentials.keys).catch(() => {});
    },
  });
}

/** @param {Client} client */
async function blockedDialog(client) {
  const { blocking, nameOf } = await client.chats;
  const list = h('ul', { class: 'occupants' });
  const show = () => fill(list, ...(blocking.blocked.size === 0 ? [h('li', { class: 'muted' }, t('room.members.none'))] : [...blocking.blocked].sort().map((jid) =>
    h('li', { class: 'occupant' }, h('span', { class: 'occupant-name' }, h('bdi', {}, nameOf(jid)), h('span', { class: 'muted' }, ' ', h('bdi', {}, jid))),
      button(t('contact.unblock'), () => blocking.set(jid, false).catch((error) => toast(troubleOf(error), 'error')), 'small', { 'aria-label': `${t('contact.unblock')}: ${jid}` })))));
  const stop = blocking.on('change', show);
  show();
  openDialog({ title: t('blocked.title'), content: [list] }).addEventListener('close', stop);
}

/** @param {Client} client */
function passwordDialog(client) {
  openDialog({
    title: t('password.title'),
    content: [field({ name: 'password', label: t('password.new'), type: 'password', autocomplete: 'new-password', required: true }),
      field({ name: 'again', label: t('password.again'), type: 'password', autocomplete: 'new-password', required: true })],
    action: t('password.submit'),
    async submit(fields) {
      const password = String(fields.get('password'));
      if (!password) throw new Error(t('error.no-password'));
      if (password !== fields.get('again')) throw new Error(t('password.differ'));
      const [{ changePassword }, { keepLogin, keptLogin }] = await Promise.all([import('../features/register.mjs'), import('../features/kept.mjs')]);
      const stays = await keptLogin(client.host).catch(() => null);
      await changePassword(client, password).catch((error) => {
        throw new Error(t(`password.trouble.${error.condition}`, {}, 'password.trouble'));
      });
      if (stays) await keepLogin(client.host, client.account.bare, client.connection.options.credentials.keys);
      toast(t('password.done'));
    },
  });
}

/** @param {Client} client */
export async function accountDialog(client) {
  const { connection, account, host } = client;
  const [{ canNotify, ring, setNotifications, setSound, wantsNotifications, wantsSound }, { helpDialog }, { setPictures, wantsPictures }] = await Promise.all([import('./notify.mjs'), import('./shortcuts.mjs'), import('./media.mjs')]);
  const notify = h('input', { type: 'checkbox', name: 'notify', id: 'own-notify', checked: wantsNotifications(host.storage), disabled: !canNotify() });
  const sound = h('input', { type: 'checkbox', id: 'own-sound', checked: wantsSound(host.storage), on: { change: () => sound.checked && ring() } });
  const pictures = h('input', { type: 'checkbox', id: 'own-pictures', checked: wantsPictures(host.storage) });
  const help = button(t('keys.title'), () => { dialog.close(); helpDialog(); });
  const secret = button(t('password.title'), () => { dialog.close(); passwordDialog(client); });
  const { presence, blocking } = await client.chats;
  const blocked = blockButton(blocking, () => t('blocked.title'), () => { dialog.close(); void blockedDialog(client); });
  const shows = /** @type {const} */ (['online', 'chat', 'away', 'xa', 'dnd']);
  const select = h('select', { name: 'show', id: 'own-show' }, ...shows.map((show) =>
    h('option', { value: show, selected: show === presence.own.show }, t(`show.${show}`))));
  const signOut = async () => {
    connection.stop();
    host.clock.over = (await client.chats).conversations.over = true;
    await (await import('../features/kept.mjs')).forgetAccount(host, account.bare);
    setTimeout(() => location.reload(), 300);
  };
  const out = connection.owes ? carefulButton(t('account.sign-out'), t('account.sign-out.sure'), signOut)
    : button(t('account.sign-out'), signOut, 'danger');
  const dialog = openDialog({
    title: t('account.title'), looking: true,
    content: [
      h('p', { class: 'muted' }, h('bdi', {}, account.bare)),
      h('div', { class: 'field' }, h('label', { for: 'own-show' }, t('account.show')), select),
      field({ name: 'status', label: t('account.status'), value: presence.own.status }),
      h('div', { class: 'checks' }, h('div', { class: 'check' }, notify, h('label', { for: 'own-notify' }, t('account.notify'))),
        h('div', { class: 'check' }, sound, h('label', { for: 'own-sound' }, t('account.sound'))),
        h('div', { class: 'check' }, pictures, h('label', { for: 'own-pictures' }, t('account.pictures')))),
      h('div', { class: 'row-actions' }, help, secret, blocked, out),
    ],
    action: t('account.save'),
    async submit(fields) {
      const show = shows.find((one) => one === fields.get('show')) ?? 'online';
      presence.announce({ show, status: String(fields.get('status')).trim() });
      setSound(host.storage, sound.checked);
      setPictures(host.storage, pictures.checked);
      if (notify.checked !== wantsNotifications(host.storage)) await setNotifications(host.storage, notify.checked);
    },
  });
}
