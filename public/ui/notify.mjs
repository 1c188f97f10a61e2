// Desktop notifications and a sound, when the person wants them and does not look at the page. The tag makes several tabs show one.

import { t } from '../i18n/i18n.mjs';

const KEY = 'edge.notify';
const SOUND_KEY = 'edge.sound';
const SOUND_PAUSE = 2_000; // one for a burst, and one for all tabs
const TONES = [[659, 0], [880, 0.12]]; // Hertz, seconds after the beginning
const BODY_LIMIT = 200;

export const canNotify = () => 'Notification' in window;

/** @param {import('../xmpp/sasl/choose.mjs').KeyValue} storage */
export const wantsNotifications = (storage) => canNotify() && Notification.permission === 'granted' && storage.getItem(KEY) === 'yes';

/** @param {import('../xmpp/sasl/choose.mjs').KeyValue} storage @param {boolean} wanted */
export async function setNotifications(storage, wanted) {
  const allowed = wanted && (await Notification.requestPermission()) === 'granted';
  storage.setItem(KEY, allowed ? 'yes' : 'no');
}

/** @param {import('../xmpp/sasl/choose.mjs').KeyValue} storage */
export const wantsSound = (storage) => storage.getItem(SOUND_KEY) === 'yes';

/** @param {import('../xmpp/sasl/choose.mjs').KeyValue} storage @param {boolean} wanted */
export const setSound = (storage, wanted) => storage.setItem(SOUND_KEY, wanted ? 'yes' : 'no');

/** Two soft tones. A browser that wants to be touched first stays silent. */
export function ring() {
  const audio = new AudioContext();
  for (const [pitch, after] of TONES) {
    const begin = audio.currentTime + after;
    const tone = new OscillatorNode(audio, { frequency: pitch });
    const loudness = new GainNode(audio, { gain: 0 });
    loudness.gain.setTargetAtTime(0.12, begin, 0.01);
    loudness.gain.setTargetAtTime(0, begin + 0.1, 0.08);
    tone.connect(loudness).connect(audio.destination);
    tone.start(begin);
    tone.stop(begin + 1);
  }
  setTimeout(() => void audio.close(), SOUND_PAUSE);
}

/** By one tab, and not again before it has faded. */
const ringOnce = () => void navigator.locks?.request('edge-sound', { ifAvailable: true }, async (lock) => {
  if (!lock) return;
  ring();
  await new Promise((resolve) => setTimeout(resolve, SOUND_PAUSE));
}).catch(() => {});

/**
 * @param {import('../features/client.mjs').Client} client @param {import('../features/chats.mjs').Chats} chats @param {(jid: string) => void} open
 */
export function startNotifications({ host, connection }, chats, open) {
  chats.conversations.on('message', ({ conversation, message, live, mention }) => {
    const quiet = conversation.kind === 'room' && !mention;
    if (!live || message.mine || message.kind !== 'text' || quiet || chats.conversations.watched === conversation) return;
    if (wantsSound(host.storage)) ringOnce();
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
