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
 *   clock: import('../core/base.mjs').Clock, WebSocket: typeof WebSocket, storage: import('../xmpp/sasl/choose.mjs').KeyValue,
 *   fetch: typeof fetch, beacon: (url: string, body: string) => boolean,
 *   secure: boolean, lang: string, indexedDB: IDBFactory, put: import('./upload.mjs').Put,
 *   trace?: import('../xmpp/trace.mjs').Trace,
 * }} Host
 * @typedef {{
 *   account: import('../xmpp/jid.mjs').Jid, connection: Connection, router: Router, roster: Roster,
 *   chats: Promise<import('./chats.mjs').Chats>, started?: import('./chats.mjs').Chats, host: Host,
 *   provide(chats: import('./chats.mjs').Chats): void,
 * }} Client
 */

/**
 * A client that has not yet connected.
 * @param {{ config: import('../xmpp/discovery.mjs').Config, account: import('../xmpp/jid.mjs').Jid, password?: string, host: Host,
 *   keys?: import('../xmpp/sasl/scram.mjs').ScramKeys }} login either the password or what was kept of it
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
  /** @type {(chats: import('./chats.mjs').Chats) => void} */
  let provide = () => {};
  /**
   * What may have been lost with earlier sessions, oldest first.
   * @type {import('../xmpp/xml.mjs').XmlElement[]}
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

/**
 * Shows what an earlier visit left before there is a connection.
 * @param {Client} client @returns {Promise<boolean>} false: nothing was left
 */
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
