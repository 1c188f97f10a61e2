import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { systemClock } from '../../../public/core/base.mjs';
import { Chat } from '../../../public/features/chat.mjs';
import { Conversations } from '../../../public/features/conversations.mjs';
import { Archive, History } from '../../../public/features/history.mjs';
import { forgetAccount, keepLogin, KeptConversations, keptLogin } from '../../../public/features/kept.mjs';
import { Rooms } from '../../../public/features/muc.mjs';
import { Disco } from '../../../public/xmpp/disco.mjs';
import { parseJid } from '../../../public/xmpp/jid.mjs';
import { Router } from '../../../public/xmpp/router.mjs';
import { FakeConnection, ManualClock, MemoryDatabases, MemoryStorage, settle, until } from './support.mjs';

const ME = 'alice@edge.test';
const ROOM = 'tea@rooms.test';
let host;
beforeEach(() => {
  host = { indexedDB: new MemoryDatabases(), clock: new ManualClock(), storage: new MemoryStorage() };
});

/** One visit of the page. */
function visit() {
  const connection = new FakeConnection(parseJid(`${ME}/r`));
  const router = new Router(connection, host.clock);
  const conversations = new Conversations(ME, host.storage);
  const archive = new Archive(router);
  const rooms = new Rooms(router, conversations, archive, new Disco(router));
  const chat = new Chat(router, conversations, { mayReveal: () => false, inRoom: (jid) => rooms.all.has(parseJid(jid)?.bare) });
  const history = new History(archive, chat, conversations);
  const kept = new KeptConversations(host, ME, { conversations, history, nameOf: (jid) => `Name of ${jid}` });
  const bodies = (jid) => conversations.all.get(jid)?.log.messages.map(({ body }) => body);
  const lastIq = () => connection.sent.findLast(({ name }) => name === 'iq');
  const reply = (inside, type = 'result') => {
    const { id, to } = lastIq().attrs;
    connection.receive(`<iq xmlns='jabber:client' type='${type}' id='${id}'${to ? ` from='${to}'` : ''}>${inside}</iq>`);
  };
  const archived = (id, sender, body, type = 'chat') => {
    const from = type === 'groupchat' ? ` from='${ROOM}'` : '';
    const queryid = lastIq().child('query', 'urn:xmpp:mam:2').attrs.queryid;
    connection.receive(`<message xmlns='jabber:client'${from}><result xmlns='urn:xmpp:mam:2' queryid='${queryid}' id='${id}'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2023-11-14T22:13:20Z'/><message xmlns='jabber:client' from='${sender}' to='${ME}' type='${type}' id='i${id}'><body>${body}</body></message></forwarded></result></message>`);
  };
  return { connection, conversations, rooms, chat, history, kept, bodies, lastIq, reply, archived, fin: () => reply(`<fin xmlns='urn:xmpp:mam:2' complete='true'/>`) };
}
const incoming = ({ connection }, id, body) => connection.receive(
  `<message xmlns='jabber:client' type='chat' from='bob@edge.test/x' to='${ME}/r' id='i${id}'><body>${body}</body><stanza-id xmlns='urn:xmpp:sid:0' by='${ME}' id='${id}'/></message>`);

async function caughtUp({ history, fin }) {
  const caught = history.catchUp('');
  await settle();
  fin();
  await caught;
}

test('the next visit begins with what was said, and asks only for what came since', async () => {
  const first = visit();
  await caughtUp(first);
  first.kept.start();
  incoming(first, 'a', 'one');
  incoming(first, 'b', 'two');
  await host.clock.advance(2_000);
  const second = visit();
  assert.equal(await second.kept.restore(), true);
  assert.deepEqual(second.bodies('bob@edge.test'), ['one', 'two']);
  assert.equal(second.conversations.all.get('bob@edge.test').name, 'Name of bob@edge.test');
  const caught = second.history.catchUp(second.history.mark());
  await settle();
  assert.equal(second.lastIq().child('query', 'urn:xmpp:mam:2').child('set', 'http://jabber.org/protocol/rsm').childText('after'), 'b');
  second.archived('c', 'bob@edge.test/x', 'three');
  second.fin();
  await caught;
  assert.deepEqual(second.bodies('bob@edge.test'), ['one', 'two', 'three']);
});

test('where the archive no longer knows where we were, what was kept gives way: there may be a gap', async () => {
  const first = visit();
  await caughtUp(first);
  incoming(first, 'a', 'one');
  await first.kept.save();
  const second = visit();
  await second.kept.restore();
  const caught = second.history.catchUp(second.history.mark());
  await settle();
  second.reply(`<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`, 'error');
  await settle();
  second.archived('z', 'bob@edge.test/x', 'newest');
  second.fin();
  await caught;
  assert.deepEqual(second.bodies('bob@edge.test'), ['newest']);
});

test('what was not confirmed when the visit ended is sent for sure or marked as not sent', async () => {
  const first = visit();
  first.chat.send(first.conversations.open('bob@edge.test'), 'arrived');
  first.chat.send(first.conversations.open('bob@edge.test'), 'lost');
  const arrived = first.connection.sent[0].attrs.id;
  await first.kept.save();
  const second = visit();
  await second.kept.restore();
  const caught = second.history.catchUp(second.history.mark());
  await settle();
  const queryid = second.lastIq().child('query', 'urn:xmpp:mam:2').attrs.queryid;
  second.connection.receive(`<message xmlns='jabber:client'><result xmlns='urn:xmpp:mam:2' queryid='${queryid}' id='q'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2023-11-14T22:13:20Z'/><message xmlns='jabber:client' from='${ME}/r' to='bob@edge.test' type='chat' id='${arrived}'><body>arrived</body></message></forwarded></result></message>`);
  second.fin();
  await caught;
  second.kept.settle();
  assert.deepEqual(second.conversations.all.get('bob@edge.test').log.messages.map(({ body, delivery }) => [body, delivery]), [['arrived', 'sent'], ['lost', 'failed']]);
});

test('of a room only what the last page reaches down to stays', async () => {
  for (const [reaches, expected] of [[true, ['old', 'new']], [false, ['new']]]) {
    const first = visit();
    const room = first.conversations.open(ROOM, 'room');
    first.conversations.add(room, { key: 'k', id: 'i1', ids: ['archive 1'], from: `${ROOM}/bob`, author: `${ROOM}/bob`, body: 'old', time: 1, kind: 'text', reactions: new Map(), archiveId: '1' });
    await first.kept.save();
    const second = visit();
    await second.kept.restore();
    const joined = second.rooms.join(ROOM, 'alice');
    await settle();
    second.reply(`<query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:xmpp:mam:2'/></query>`);
    await settle();
    second.connection.receive(`<presence xmlns='jabber:client' from='${ROOM}/alice'><x xmlns='http://jabber.org/protocol/muc#user'><item/><status code='110'/></x></presence>`);
    await settle();
    if (reaches) second.archived('1', `${ROOM}/bob`, 'old', 'groupchat');
    second.archived('2', `${ROOM}/bob`, 'new', 'groupchat');
    second.fin();
    await joined;
    assert.deepEqual(second.bodies(ROOM), expected);
  }
});

test('what was to be written down is not, once somebody has signed out', async () => {
  const done = [];
  systemClock.after(0, () => done.push('before'));
  await until(() => done.length > 0);
  systemClock.after(0, () => done.push('planned'));
  systemClock.over = true;
  await new Promise((resolve) => setTimeout(resolve, 5));
  systemClock.over = false;
  assert.deepEqual(done, ['before']);
});

test('what is a week old, broken or forgotten is not shown', async () => {
  const first = visit();
  incoming(first, 'a', 'one');
  await first.kept.save();
  await keepLogin(host, ME, { mechanism: 'x', secret: 'never' });
  assert.equal((await keptLogin(host)).keys.secret, undefined);
  host.clock.time += 8 * 24 * 60 * 60 * 1000;
  assert.equal(await visit().kept.restore(), false);
  await first.kept.save();
  assert.equal(await visit().kept.restore(), true);
  await forgetAccount(host, ME);
  assert.equal(await visit().kept.restore(), false);
  assert.equal(await keptLogin(host), null);
  assert.deepEqual([...host.indexedDB.stores.values()].map(({ size }) => size), [0, 0, 0]);
});
