// Desktop notifications and a sound, when the person wants them and does not look at the page. Of several tabs one tells,
// and none while somebody looks at another one.

const KEY = 'edge.notify';
const SOUND_KEY = 'edge.sound';
const SOUND_PAUSE = 2_000; // one for a burst, and one for all tabs
const TONES = [[659, 0], [880, 0.12]]; // Hertz, seconds after the beginning
const BODY_LIMIT = 200;
const TOLD = 30_000; // for so long no other tab tells of the same message

export const canNotify = () => 'Notification' in window;

/** @param {KeyValue} storage */
export const wantsNotifications = (storage) => canNotify() && Notification.permission === 'granted' && storage.getItem(KEY) === 'yes';

/** @param {KeyValue} storage */
export const wantsSound = (storage) => storage.getItem(SOUND_KEY) === 'yes';

/** @param {KeyValue} storage @param {boolean} wanted */
export async function setNotifications(storage, wanted) {
  const allowed = wanted && (await Notification.requestPermission()) === 'granted';
  storage.setItem(KEY, allowed ? 'yes' : 'no');
}

/** @param {KeyValue} storage @param {boolean} wanted */
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

/** @param {string} account @param {string} id */
async function chosen(account, id) {
  const { locks } = navigator;
  if (!locks) return true;
  if (!document.hasFocus() && (await locks.query()).held?.some(({ name }) => name === looking(account))) return false;
  return new Promise((/** @type {(mine: boolean) => void} */ resolve) => {
    void locks.request(`edge.told ${account} ${id}`, { ifAvailable: true }, async (lock) => {
      resolve(lock !== null);
      if (lock) await new Promise((done) => setTimeout(done, TOLD));
    });
  });
}

/** @param {string} account */
const looking = (account) => `edge.looking ${account}`;

/**
 * Lets the other tabs know while somebody looks at this one.
 * @param {string} account
 */
function sayWhenLooking(account) {
  /** @type {(() => void) | null} */
  let away = null;
  const look = () => {
    if (document.hasFocus() === (away !== null)) return;
    if (away) {
      away();
      away = null;
      return;
    }
    const held = new Promise((/** @type {(value?: undefined) => void} */ resolve) => (away = () => resolve()));
    void navigator.locks?.request(looking(account), { mode: 'shared' }, () => held);
  };
  for (const event of ['focus', 'blur']) window.addEventListener(event, look);
  look();
}

/**
 * @param {Client} client @param {Chats} chats @param {(jid: string) => void} open
 */
export function startNotifications({ host, account }, chats, open) {
  sayWhenLooking(account.bare);
  chats.conversations.on('message', async ({ conversation, message, live, mention }) => {
    const quiet = conversation.kind === 'room' && !mention;
    if (!live || message.mine || message.kind !== 'text' || quiet || chats.conversations.watched === conversation) return;
    const [notifies, sounds] = [wantsNotifications(host.storage), wantsSound(host.storage)];
    if (!(notifies || sounds) || !(await chosen(account.bare, message.ids[0] ?? message.key))) return;
    if (sounds) ringOnce();
    const who = conversation.kind === 'room' ? `${message.from.slice(message.from.indexOf('/') + 1)}: ` : '';
    if (notifies) show(chats.nameOf(conversation.jid), who, message, () => open(conversation.jid));
  });
}

/** @param {string} name @param {string} who @param {Message} message @param {() => void} open */
function show(name, who, message, open) {
  /** @type {Notification} */
  let shown;
  try {
    shown = new Notification(name, { body: who + message.body.slice(0, BODY_LIMIT), tag: message.ids[0] ?? message.key });
  } catch {
    return; // browsers on phones have the class, but take no notifications from pages
  }
  shown.onclick = () => {
    window.focus();
    open();
    shown.close();
  };
}
