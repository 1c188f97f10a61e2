import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { Roster } from '../../../public/features/roster.mjs';
import { Carbons } from '../../../public/features/chat.mjs';
import { Presence } from '../../../public/features/presence.mjs';
import { StanzaError } from '../../../public/xmpp/errors.mjs';
import { parseJid } from '../../../public/xmpp/jid.mjs';
import { Router } from '../../../public/xmpp/router.mjs';
import { el } from '../../../public/xmpp/xml.mjs';
import { FakeConnection, ManualClock, MemoryStorage, settle } from './support.mjs';

let clock, connection, router;
beforeEach(() => {
  clock = new ManualClock();
  connection = new FakeConnection(parseJid('alice@edge.test/r'));
  router = new Router(connection, clock);
});
const query = () => el('query', { xmlns: 'x' });
const lastId = () => connection.sent.at(-1).attrs.id;
const answer = (from) => connection.receive(`<iq xmlns='jabber:client' type='result' id='${lastId()}'${from === null ? '' : ` from='${from}'`}/>`);

/** Whether an answer from `from` to a question to `to` is believed. */
async function believed(to, from) {
  let settled = false;
  router.ask('get', query(), to).then(() => (settled = true), () => {});
  answer(from);
  await settle();
  return settled;
}

describe('answers', () => {
  test('come from whom was asked', async () => {
    assert.ok(await believed('room@x', 'room@x'));
    assert.ok(await believed('room@x/nick', 'room@x/nick'));
    assert.ok(await believed('edge.test', null));
    for (const from of [null, 'room@x', 'alice@edge.test']) assert.ok(!(await believed('room@x/nick', from)), String(from));
    assert.ok(!(await believed('room@x', 'mallory@evil')));
  });

  test('of our own account come from it, from its server or without a name', async () => {
    for (const from of [null, 'alice@edge.test', 'alice@edge.test/r', 'edge.test']) assert.ok(await believed(undefined, from), String(from));
    for (const from of ['alice@edge.test/other', 'bob@edge.test', 'mallory@evil/alice@edge.test', 'x y']) assert.ok(!(await believed(undefined, from)), from);
  });

  test('that are errors, come too late or not at all reject', async () => {
    const refused = assert.rejects(router.ask('get', query()), { condition: 'forbidden', type: 'auth' });
    connection.receive(`<iq xmlns='jabber:client' type='error' id='${lastId()}'><error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`);
    await refused;
    const late = assert.rejects(router.ask('get', query()), { condition: 'remote-server-timeout' });
    await clock.advance(30_000);
    await late;
    const lost = assert.rejects(router.ask('get', query()), { condition: 'session-lost' });
    connection.emit('ready', { resumed: false });
    await lost;
  });

  test('survive a resumption', async () => {
    const asked = router.ask('get', query());
    connection.emit('ready', { resumed: true });
    answer(null);
    await asked;
  });
});

describe('requests of others', () => {
  const ask = (child, type = 'get') => connection.receive(`<iq xmlns='jabber:client' type='${type}' id='q1' from='bob@edge.test/x'>${child}</iq>`);
  const condition = () => connection.sent.at(-1).child('error')?.elements()[0]?.name;

  test('that nobody knows are refused as RFC 6120 wants', () => {
    ask(`<query xmlns='unknown'/>`);
    assert.equal(condition(), 'service-unavailable');
    assert.equal(connection.sent.at(-1).attrs.to, 'bob@edge.test/x');
    ask('');
    assert.equal(condition(), 'service-unavailable');
  });

  test('are answered by their handler, whose errors become answers', () => {
    router.onRequest('get', 'y', () => el('query', { xmlns: 'y' }, el('z')));
    ask(`<query xmlns='y'/>`);
    assert.equal(connection.sent.at(-1).attrs.type, 'result');
    router.onRequest('get', 'y', () => { throw new StanzaError('not-acceptable', 'modify'); });
    ask(`<query xmlns='y'/>`);
    assert.equal(condition(), 'not-acceptable');
    router.onRequest('get', 'y', () => { throw new Error('bug'); });
    ask(`<query xmlns='y'/>`);
    assert.equal(condition(), 'internal-server-error');
  });

  test('answers nobody waits for are not answered', () => {
    connection.receive(`<iq xmlns='jabber:client' type='result' id='nobody'/>`);
    connection.receive(`<iq xmlns='jabber:client' type='error' id='nobody'/>`);
    assert.equal(connection.sent.length, 0);
  });
});

describe('roster pushes', () => {
  const push = (from) => connection.receive(
    `<iq xmlns='jabber:client' type='set' id='p'${from ? ` from='${from}'` : ''}><query xmlns='jabber:iq:roster'><item jid='eve@evil' name='Bank' subscription='both'/></query></iq>`);

  test('from our account change the roster', () => {
    const roster = new Roster(router, new MemoryStorage());
    push('alice@edge.test');
    assert.equal(roster.nameOf('eve@evil'), 'Bank');
    connection.receive(`<iq xmlns='jabber:client' type='set' id='p'><query xmlns='jabber:iq:roster'><item jid='eve@evil' subscription='remove'/></query></iq>`);
    assert.equal(roster.contacts.size, 0);
  });

  test('from anybody else are refused', () => {
    const roster = new Roster(router, new MemoryStorage());
    for (const from of ['eve@evil', 'edge.test', 'alice@edge.test/other', 'alice@edge.test.evil']) {
      push(from);
      assert.equal(roster.contacts.size, 0, from);
      assert.equal(connection.sent.at(-1).attrs.type, 'error');
    }
  });
});

describe('a roster with versions', () => {
  const answer = (inside) => connection.receive(`<iq xmlns='jabber:client' type='result' id='${connection.sent.at(-1).attrs.id}'>${inside}</iq>`);
  const version = () => connection.sent.at(-1).child('query', 'jabber:iq:roster').attrs.ver;

  test('is only sent again when it changed', async () => {
    const storage = new MemoryStorage();
    const first = new Roster(router, storage);
    const loaded = first.load(true);
    assert.equal(version(), '');
    answer(`<query xmlns='jabber:iq:roster' ver='1'><item jid='bob@edge.test' name='Bob' subscription='both'/></query>`);
    await loaded;
    connection.receive(`<iq xmlns='jabber:client' type='set' id='p'><query xmlns='jabber:iq:roster' ver='2'><item jid='carol@edge.test' subscription='to'/></query></iq>`);
    await clock.advance(1_000);
    const second = new Roster(router, storage);
    const again = second.load(true);
    assert.equal(version(), '2');
    answer('');
    await again;
    assert.deepEqual([[...second.contacts.keys()], second.nameOf('bob@edge.test')], [['bob@edge.test', 'carol@edge.test'], 'Bob']);
  });

  test('is fetched whole where the server has none, or what was kept is broken', async () => {
    const storage = new MemoryStorage();
    storage.setItem('edge.roster.alice@edge.test', '{broken');
    const roster = new Roster(router, storage);
    for (const [versions, asked] of [[false, undefined], [true, '']]) {
      const loaded = roster.load(versions);
      assert.equal(version(), asked);
      answer(`<query xmlns='jabber:iq:roster'/>`);
      await loaded;
    }
    assert.equal(roster.contacts.size, 0);
  });
});

describe('carbons', () => {
  const carbon = (from, name = 'sent') => connection.receive(
    `<message xmlns='jabber:client' from='${from}'><${name} xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='alice@edge.test/o' to='bob@edge.test'><body>pay Eve</body></message></forwarded></${name}></message>`);

  test('are believed from our own account only, and never shown as messages', () => {
    const seen = [];
    let plain = 0;
    new Carbons(router, (message) => seen.push(message.childText('body')));
    router.on('message', () => { plain += 1; });
    for (const from of ['eve@evil', 'alice@edge.test/other', 'edge.test', 'alice@edge.test@evil']) carbon(from);
    assert.deepEqual(seen, []);
    carbon('alice@edge.test');
    carbon('alice@edge.test', 'received');
    assert.deepEqual(seen, ['pay Eve', 'pay Eve']);
    assert.equal(plain, 0);
  });
});

test('presence keeps the resource of the highest priority, and asks who wants to see us', () => {
  const presence = new Presence(router);
  connection.receive(`<presence xmlns='jabber:client' from='bob@edge.test/a'><show>away</show><priority>5</priority><status>out</status></presence>`);
  connection.receive(`<presence xmlns='jabber:client' from='bob@edge.test/b'/>`);
  assert.deepEqual(presence.of('bob@edge.test'), { show: 'away', status: 'out', priority: 5, since: 0 });
  connection.receive(`<presence xmlns='jabber:client' from='bob@edge.test/a' type='unavailable'/>`);
  assert.equal(presence.of('bob@edge.test').show, 'online');
  connection.receive(`<presence xmlns='jabber:client' from='eve@evil' type='subscribe'/>`);
  assert.deepEqual([...presence.requests], ['eve@evil']);
  connection.emit('ready', { resumed: false });
  assert.equal(presence.of('bob@edge.test').show, 'offline');
});
