// Puts connection, router and features together for one account. The conversation features are loaded after the
// login succeeded, before we become available: nothing is delivered earlier (RFC 6121 section 8.5.2).

import { randomId } from '../core/bytes.mjs';
import { ROSTER_VERSION } from '../xmpp/ns.mjs';
import { Connection } from '../xmpp/connection.mjs';
import { Router } from '../xmpp/router.mjs';
import { FallbackTransport } from '../xmpp/transport-ws.mjs';
import { Roster } from './roster.mjs';

/**
 * @typedef {{
 *   clock: Clock, WebSocket: typeof WebSocket, storage: KeyValue,
 *   fetch: typeof fetch, beacon: (url: string, body: string) => boolean,
 *   secure: boolean, lang: string, indexedDB: IDBFactory, put: Put,
 *   trace?: Trace,
 * }} Host
 * @typedef {{
 *   account: Jid, connection: Connection, router: Router, roster: Roster,
 *   chats: Promise<Chats>, started?: Chats, host: Host,
 *   provide(chats: Chats): void,
 * }} Client
 */

/**
 * A client that has not yet connected.
 * @param {{ config: Config, account: Jid, password?: string, host: Host,
 *   keys?: ScramKeys }} login either the password or what was kept of it
 * @returns {Client}
 */
export function makeClient({ config, account, password, keys, host }) {
  const { clock, secure, storage, lang } = host;
  const connection = new Connection({
    account, credentials: { username: account.local, password, keys }, resource: `edge.${randomId(4)}`, lang, secure, storage, clock,
    makeTransport: () => {
      const transport = new FallbackTransport(config, host);
      return host.trace?.watch(transport) ?? transport;
    },
  });
  const router = new Router(connection, clock);
  const roster = new Roster(router, storage);
  /** @type {(chats: Chats) => void} */
  let provide = () => {};
  /**
   * What may have been lost with earlier sessions, oldest first.
   * @type {XmlElement[]}
   */
  let owed = [];
  let sessions = 0;
  const chats = new Promise((/** @type {typeof provide} */ resolve) => (provide = resolve));
  /** @type {Client} */
  const client = { account, connection, router, roster, host, chats, provide };
  connection.on('ready', ({ resumed, lost, unsent, features }) => {
    if (resumed) return;
    if (!account.local) client.account = connection.jid; // a guest's address is the server's choice
    owed.push(...lost, ...unsent);
    const session = (sessions += 1);
    // Only the newest session may say it again: an older one cannot know what arrived.
    void begin(client, features.child('ver', ROSTER_VERSION) !== null, (wanted) => {
      const now = session === sessions ? owed.filter(wanted) : [];
      owed = owed.filter((stanza) => !now.includes(stanza));
      return now;
    });
  });
  return client;
}

/**
 * Logs in. Throws the Failure to show when that does not work.
 * @param {Parameters<typeof makeClient>[0]} login
 */
export async function logIn(login) {
  const client = makeClient(login);
  await client.connection.start();
  return client;
}

/** @param {Client} client @returns {Promise<boolean>} false: nothing was left */
export async function restore(client) {
  const chats = await startOnce(client);
  const found = await chats.kept.restore();
  if (found) client.roster.recall();
  if (found) client.provide(chats);
  return found;
}

/** @param {Client} client */
async function startOnce(client) {
  const { startChats } = await import('./chats.mjs');
  return (client.started ??= startChats(client));
}

/**
 * A new session: fetch what the server keeps, then become available.
 * @param {Client} client @param {boolean} versions of the roster @param {import('./chats.mjs').Owed} owed
 */
async function begin(client, versions, owed) {
  await client.roster.load(versions).catch(() => {});
  const chats = await startOnce(client);
  client.provide(chats);
  const goOn = await chats.begin();
  chats.presence.announce();
  await goOn(owed);
}
