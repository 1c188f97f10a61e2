// The page without a network: keeps its files as they were at the last visit, all of one version, and gives them only when
// the service does not answer. Never touches what is said: sessions, uploads and other hosts pass by.

const CACHE = 'edge-page';
const PATIENCE = 4_000; // a network that says nothing for so long is none
const CONFIG = 'config.json';
const FILES = [
  'app.mjs', 'core/base.mjs', 'core/bytes.mjs', 'core/idb.mjs', 'css/page.css', 'css/tokens.css', 'embed.html',
  'features/avatars.mjs', 'features/blocking.mjs', 'features/bookmarks.mjs', 'features/chat.mjs',
  'features/chats.mjs', 'features/client.mjs', 'features/conversations.mjs', 'features/history.mjs', 'features/kept.mjs',
  'features/message-log.mjs', 'features/message.mjs', 'features/muc-ping.mjs', 'features/muc.mjs', 'features/presence.mjs',
  'features/register.mjs', 'features/room.mjs', 'features/roster.mjs', 'features/styling.mjs', 'features/upload.mjs',
  'i18n/en.json', 'i18n/i18n.mjs', 'i18n/ru.json', 'i18n/zh-Hans.json', 'icons/icon.svg', 'icons/maskable.svg',
  'icons/touch-180.png', 'index.html', 'manifest.webmanifest',
  'ui/app-shell.mjs', 'ui/composer.mjs', 'ui/conversation.mjs', 'ui/debug.mjs', 'ui/dialogs.mjs',
  'ui/dom.mjs', 'ui/guest.mjs', 'ui/login.mjs', 'ui/media.mjs', 'ui/message-list.mjs', 'ui/message-row.mjs',
  'ui/notify.mjs', 'ui/people.mjs', 'ui/register.mjs', 'ui/rooms.mjs', 'ui/roster-list.mjs', 'ui/shortcuts.mjs',
  'ui/status-line.mjs', 'ui/switcher.mjs', 'ui/update.mjs', 'xmpp/connection.mjs', 'xmpp/disco.mjs', 'xmpp/discovery.mjs',
  'xmpp/errors.mjs', 'xmpp/forms.mjs', 'xmpp/host-meta.mjs', 'xmpp/jid.mjs', 'xmpp/ns.mjs', 'xmpp/router.mjs',
  'xmpp/sasl/choose.mjs', 'xmpp/sasl/plain.mjs', 'xmpp/sasl/scram.mjs', 'xmpp/session.mjs', 'xmpp/sm.mjs',
  'xmpp/trace.mjs', 'xmpp/transport-bosh.mjs', 'xmpp/transport-ws.mjs', 'xmpp/xml.mjs',
];
const scope = /** @type {any} */ (globalThis).registration.scope;

/**
 * A file of the page by its name in it, '' for everything else. Room and language are in the query, and the page itself is one file.
 * @param {Request} request
 */
function nameOf({ url, method }) {
  if (method !== 'GET' || !url.startsWith(scope)) return '';
  const name = url.slice(scope.length).replace(/[?#].*$/, '') || 'index.html';
  return FILES.includes(name) || name === CONFIG ? name : '';
}

/** @param {string} name */
const keyOf = (name) => new URL(name, scope).href;

/** @param {Response | undefined} config @returns {Promise<string>} '' where nobody says */
const versionIn = async (config) => String((await config?.clone().json().catch(() => null))?.version ?? '');

/**
 * A file that came: of another version than what is kept, all are fetched, and none is put in before all are there. Where
 * the web server tells no version, each visit brings up to date what it asks for.
 * @param {string} name @param {Response} response
 */
async function keep(name, response) {
  const cache = await caches.open(CACHE);
  const version = await versionIn(name === CONFIG ? response : await cache.match(keyOf(CONFIG)));
  if (!version) await cache.put(keyOf(name), response);
  else if (name === CONFIG && version !== (await versionIn(await cache.match(keyOf(CONFIG))))) await cache.addAll([...FILES, CONFIG].map(keyOf));
}

/** @param {Request} request @param {string} name @param {(work: Promise<void>) => void} meanwhile */
async function answer(request, name, meanwhile) {
  const cache = await caches.open(CACHE);
  const kept = () => cache.match(keyOf(name));
  /** @type {Promise<undefined>} */
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  try {
    const response = await Promise.race([fetch(request), late.then(async () => /** @type {Response | undefined} */ (await kept()))]) ?? await fetch(request);
    // What a proxy in front says instead of a service that is away is not the page.
    if (response.status >= 500) return (await kept()) ?? response;
    if (response.status === 200) meanwhile(keep(name, response.clone()).catch(() => {}));
    return response;
  } catch (error) {
    const found = await kept();
    if (found) return found;
    throw error;
  }
}

/** Puts in what is not there yet, and takes out what is no longer part of the page. */
async function fillCache() {
  const cache = await caches.open(CACHE);
  const there = new Set((await cache.keys()).map(({ url }) => url));
  for (const name of there) if (!nameOf(new Request(name))) await cache.delete(name);
  await cache.addAll([...FILES, CONFIG].map(keyOf).filter((name) => !there.has(name)));
}

addEventListener('install', (event) => {
  /** @type {any} */ (globalThis).skipWaiting();
  // Where a browser can be told so, what the page sends does not wait for this worker. A goodbye that does is lost with its page.
  /** @type {any} */ (event).addRoutes?.({ condition: { requestMethod: 'POST' }, source: 'network' });
  /** @type {any} */ (event).waitUntil(fillCache());
});
addEventListener('activate', (event) => /** @type {any} */ (event).waitUntil(/** @type {any} */ (globalThis).clients.claim()));
addEventListener('fetch', (event) => {
  const { request, respondWith, waitUntil } = /** @type {any} */ (event);
  const name = nameOf(request);
  if (name) respondWith.call(event, answer(request, name, waitUntil.bind(event)));
});
