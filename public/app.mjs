// Starts the page: words, endpoints, login view; after a login it hands the client to the shell. Knows the browser's
// globals, and is the only place that gives them to the modules that must not reach for them.

import { guestRoom, loadConfig } from './xmpp/discovery.mjs';
import { asFailure, systemClock } from './core/base.mjs';
import { pickLanguage, PSEUDO, pseudo, t, useTexts } from './i18n/i18n.mjs';
import { button, h, sign } from './ui/dom.mjs';
import { loginView, showProblem } from './ui/login.mjs';

const ADDRESS_KEY = 'edge.address';
const ASKS_KEY = 'edge.asks.'; // domains where what is kept of a password was not enough the last time
const page = document.baseURI;

/** Storage that forgets: for guests, and where the browser gives none. */
function forgetfulStorage() {
  /** @type {Map<string, string>} */
  const map = new Map();
  return {
    getItem: (/** @type {string} */ key) => map.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void map.set(key, value),
    removeItem: (/** @type {string} */ key) => void map.delete(key),
  };
}

function openStorage() {
  try {
    localStorage.getItem(ADDRESS_KEY);
    return localStorage;
  } catch {
    return forgetfulStorage();
  }
}

/** Frames may be kept from it. */
function openDatabase() {
  try {
    return indexedDB;
  } catch {
    return /** @type {IDBFactory} */ (/** @type {unknown} */ (undefined));
  }
}

const storage = openStorage();

let workerStarted = false;

/** The page without a network (sw.mjs) and as an app. Nothing of it is needed before somebody is in. */
function startWorker() {
  if (workerStarted) return;
  workerStarted = true;
  const { trustedTypes } = /** @type {any} */ (globalThis);
  const url = new URL('sw.mjs', page).href;
  const trusted = trustedTypes ? trustedTypes.createPolicy('app-sw', { createScriptURL: () => url }).createScriptURL('') : url;
  navigator.serviceWorker?.register(trusted).catch(() => {});
  document.head.append(h('link', { rel: 'manifest', href: 'manifest.webmanifest' }), h('link', { rel: 'apple-touch-icon', href: 'icons/touch-180.png' }));
}

/** @param {HTMLElement} view */
const show = (view) => document.querySelector('#app')?.replaceChildren(view);

async function loadTexts() {
  // ?lang= shows the page in another language, for those who translate it.
  const wanted = [...new URL(location.href).searchParams.getAll('lang'), ...navigator.languages];
  const picked = pickLanguage(wanted);
  const language = picked === PSEUDO ? 'en' : picked;
  const texts = await (await fetch(new URL(`i18n/${language}.json`, page).href)).json();
  useTexts(language, picked === PSEUDO ? pseudo(texts) : texts, wanted);
  document.documentElement.lang = language;
}

/** @param {unknown} error */
function showStartProblem(error) {
  const problem = h('div', { class: 'problem', role: 'alert' });
  const again = button(t('start.again'), () => location.reload());
  showProblem(problem, error, again);
  show(h('main', { class: 'login-page' }, h('div', { class: 'card' }, h('div', { class: 'brand' }, sign(), h('h1', {}, document.title)), problem)));
}

/**
 * With ?debug in the address: what crosses the wire.
 * @type {Trace | undefined}
 */
let trace;

/** @returns {Host} */
function hostFor() {
  return {
    clock: systemClock, WebSocket, storage, lang: document.documentElement.lang,
    fetch: fetch.bind(globalThis), beacon: navigator.sendBeacon.bind(navigator),
    // Also where the password may be sent and where WebCrypto exists: https, or this very machine.
    secure: isSecureContext, indexedDB: openDatabase(), trace,
    put: async (...order) => (await import('./ui/media.mjs')).putFile(...order),
  };
}

/**
 * Where to connect: as the site says, or else as the domain itself does.
 * @param {Config} config @param {string} domain
 */
async function endpoints(config, domain) {
  if (!config.discover || config.domains.includes(domain)) return config;
  const { lookUp } = await import('./xmpp/host-meta.mjs');
  return { ...config, ...(await lookUp(domain, { fetch: fetch.bind(globalThis), clock: systemClock })) };
}

/**
 * @param {Config} config @param {Failure | null} [failure] why staying signed in did not work
 */
function showLogin(config, failure = null) {
  const host = hostFor();
  show(loginView({
    config,
    failure,
    address: storage.getItem(ADDRESS_KEY) ?? '',
    register: async (done) => (await import('./ui/register.mjs')).registerDialog(config, host, done),
    asks: Boolean(config.domain && storage.getItem(`${ASKS_KEY}${config.domain}`)),
    forget: async (account) => (await import('./xmpp/sasl/choose.mjs')).forgetMechanism(storage, account),
    logIn: async (account, password, stay) => {
      const [{ logIn }, { shellView }] = await Promise.all([import('./features/client.mjs'), import('./ui/app-shell.mjs')]);
      const client = await logIn({ config: await endpoints(config, account.domain), account, password, host });
      storage.setItem(ADDRESS_KEY, account.domain === config.domain ? account.local : account.bare);
      show(shellView(client, config));
      if (stay) {
        const { keepLogin } = await import('./features/kept.mjs');
        await keepLogin(host, account.bare, client.connection.options.credentials.keys).catch(() => {});
      }
      const { kept } = await client.chats;
      if (stay) kept.start();
      startWorker();
    },
  }));
}

/** @param {Config} config @param {string} room */
async function showGuest(config, room) {
  const [{ guestView }, { logIn }, { Jid }] = await Promise.all([import('./ui/guest.mjs'), import('./features/client.mjs'), import('./xmpp/jid.mjs')]);
  const account = new Jid('', config.guest?.domain ?? '', '');
  show(guestView(config, room, () => logIn({ config, account, host: { ...hostFor(), storage: forgetfulStorage(), indexedDB: /** @type {any} */ (undefined) } })));
}

/**
 * Goes on where the person left, when they chose to stay signed in. What keeps that from working brings the login view.
 * @param {Config} config
 */
async function goOn(config) {
  const [{ forgetLogin, keptLogin }, { makeClient, restore }, { shellView }, { parseJid }] = await Promise.all([
    import('./features/kept.mjs'), import('./features/client.mjs'), import('./ui/app-shell.mjs'), import('./xmpp/jid.mjs')]);
  const host = hostFor();
  const kept = await keptLogin(host).catch(() => null);
  const account = parseJid(kept?.account);
  if (!kept || !account) return showLogin(config);
  /** @type {Client | undefined} */
  let shown;
  try {
    const client = makeClient({ config: await endpoints(config, account.domain), account, keys: kept.keys, host });
    // What an earlier visit left is shown at once; then a network that is away is nothing to stop for.
    const there = await restore(client).catch(() => false);
    if (there) show(shellView((shown = client), config));
    await client.connection.start(there);
    if (!there) show(shellView(client, config));
    storage.removeItem(`${ASKS_KEY}${account.domain}`);
    startWorker();
  } catch (error) {
    const failure = asFailure(error);
    const asks = failure.code === 'password-needed';
    if (shown && asks) {
      startWorker();
      (await import('./ui/people.mjs')).signInDialog(shown, Boolean(storage.getItem(`${ASKS_KEY}${account.domain}`)));
    }
    if (asks) storage.setItem(`${ASKS_KEY}${account.domain}`, 'yes');
    if (shown && asks) return;
    // Only a refusal makes what is kept useless; a server that is down does not.
    if (!failure.retry) await forgetLogin(host).catch(() => {});
    showLogin(config, failure);
  }
}

async function start() {
  const config = loadConfig({ page, fetch: fetch.bind(globalThis), clock: systemClock });
  config.catch(() => {}); // reported below, after the words are there
  await loadTexts();
  if (new URL(location.href).searchParams.has('debug')) trace = (await import('./ui/debug.mjs')).startDebug();
  try {
    const found = await config;
    document.title = found.product;
    const room = guestRoom(found, location.href, 'embed' in document.documentElement.dataset);
    if (room) await showGuest(found, room);
    else await (storage.getItem('edge.stay') ? goOn(found) : showLogin(found));
  } catch (error) {
    showStartProblem(error);
  }
}

void start();
