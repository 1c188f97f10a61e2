// Desktop notifications, when the person wants them and does not look at the page. The tag makes several tabs show one.

import { t } from '../i18n/i18n.mjs';

const KEY = 'edge.notify';
const BODY_LIMIT = 200;

export const canNotify = () => 'Notification' in window;

/** @param {import('../xmpp/sasl/choose.mjs').KeyValue} storage */
export const wantsNotifications = (storage) => canNotify() && Notification.permission === 'granted' && storage.getItem(KEY) === 'yes';

/** @param {import('../xmpp/sasl/choose.mjs').KeyValue} storage @param {boolean} wanted */
export async function setNotifications(storage, wanted) {
  const allowed = wanted && (await Notification.requestPermission()) === 'granted';
  storage.setItem(KEY, allowed ? 'yes' : 'no');
}

/**
 * @param {import('../features/client.mjs').Client} client @param {import('../features/chats.mjs').Chats} chats @param {(jid: string) => void} open
 */
export function startNotifications({ host, connection }, chats, open) {
  chats.conversations.on('message', ({ conversation, message, live, mention }) => {
    const quiet = conversation.kind === 'room' && !mention;
    if (!live || message.mine || message.kind !== 'text' || quiet || chats.conversations.watched === conversation) return;
    if (!wantsNotifications(host.storage)) return;
    const shown = new Notification(t('notify.title', { name: chats.nameOf(conversation.jid) }), {
      body: message.body.slice(0, BODY_LIMIT), tag: `${connection.jid.bare} ${message.ids[0] ?? message.key}`,
    });
    shown.onclick = () => {
      window.focus();
      open(conversation.jid);
      shown.close();
    };
  });
}
