import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { Bookmarks } from '../../../public/features/bookmarks.mjs';
import { Chat } from '../../../public/features/chat.mjs';
import { Conversations } from '../../../public/features/conversations.mjs';
import { History } from '../../../public/features/history.mjs';
import { Archive } from '../../../public/features/mam.mjs';
import { Rooms } from '../../../public/features/muc.mjs';
import { mayBan, mayKick } from '../../../public/features/room.mjs';
import { Disco } from '../../../public/xmpp/disco.mjs';
import { parseJid } from '../../../public/xmpp/jid.mjs';
import { Router } from '../../../public/xmpp/router.mjs';
import { FakeConnection, ManualClock, MemoryStorage, settle } from './support.mjs';

const ROOM = 'tea@rooms.test';
let clock, connection, router, conversations, archive, rooms, chat, history, bookmarks;
beforeEach(() => {
  clock = new ManualClock();
  connection = new FakeConnection(parseJid('alice@edge.test/r'));
  router = new Router(connection, clock);
  conversations = new Conversations('alice@edge.test', new MemoryStorage());
  archive = new Archive(router);
  bookmarks = new Bookmarks(router);
  rooms = new Rooms(router, conversations, archive, new Disco(router));
  chat = new Chat(router, conversations, { mayReveal: () => false, inRoom: (jid) => rooms.all.has(parseJid(jid)?.bare) });
  history = new History(archive, chat, conversations);
});

const lastAsked = () => connection.sent.findLast(({ name }) => name === 'iq');
const answer = (inside, from = lastAsked().attrs.to) =>
  connection.receive(`<iq xmlns='jabber:client' type='result' id='${lastAsked().attrs.id}'${from ? ` from='${from}'` : ''}>${inside}</iq>`);
const presence = (nick, { codes = [], item = `role='participant' affiliation='none'`, type = '', error = '' } = {}) => connection.receive(
  `<presence xmlns='jabber:client' from='${ROOM}/${nick}'${type && ` type='${type}'`}>${error}<x xmlns='http://jabber.org/protocol/muc#user'><item ${item}/>${codes.map((code) => `<status code='${code}'/>`).join('')}</x></presence>`);
const said = (from, inside, id = 'x1') => connection.receive(`<message xmlns='jabber:client' type='groupchat' from='${from}' id='${id}'>${inside}</message>`);
const bodies = (jid = ROOM) => conversations.open(jid).log.messages.map(({ body }) => body);

async function join({ archived = false, nick = 'alice' } = {}) {
  const joined = rooms.join(ROOM, nick);
  await settle();
  answer(`<query xmlns='http://jabber.org/protocol/disco#info'><identity category='conference' type='text' name='Tea'/>${archived ? `<feature var='urn:xmpp:mam:2'/>` : ''}</query>`);
  await settle();
  presence('bob', { item: `role='moderator' affiliation='owner'` });
  presence(nick, { codes: [110] });
  await settle();
  return joined;
}

describe('a room', () => {
  test('is entered when the room shows us ourselves', async () => {
    await join();
    const room = rooms.all.get(ROOM);
    assert.deepEqual([room.state, room.name, [...room.occupants.keys()]], ['in', 'Tea', ['bob', 'alice']]);
    assert.equal(connection.sent.findLast(({ name }) => name === 'presence').attrs.to, `${ROOM}/alice`);
  });

  test('that refuses says why', async () => {
    const joining = assert.rejects(rooms.join(ROOM, 'alice'), { condition: 'conflict' });
    await settle();
    answer(`<query xmlns='http://jabber.org/protocol/disco#info'/>`);
    await settle();
    presence('alice', { type: 'error', error: `<error type='cancel'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>` });
    await joining;
    assert.equal(rooms.all.get(ROOM).trouble, 'conflict');
  });

  test('that stays silent is given up', async () => {
    const joining = assert.rejects(rooms.join(ROOM, 'alice'), { condition: 'remote-server-timeout' });
    await settle();
    answer(`<query xmlns='http://jabber.org/protocol/disco#info'/>`);
    await settle();
    await clock.advance(20_000);
    await joining;
  });

  test('shows our own words once: pending, then sent when the room says them', async () => {
    await join();
    const conversation = conversations.open(ROOM);
    rooms.send(conversation, 'hi');
    const { id } = connection.sent.at(-1).attrs;
    assert.equal(conversation.log.last.delivery, 'pending');
    said(`${ROOM}/alice`, `<body>hi</body><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/>`, id);
    assert.deepEqual([bodies(), conversation.log.last.delivery], [['hi'], 'sent']);
  });

  test('counts what is unread, and knows when we are named', async () => {
    await join();
    said(`${ROOM}/bob`, '<body>hello</body>', 'b1');
    assert.deepEqual([conversations.open(ROOM).unread, conversations.open(ROOM).mentioned], [1, false]);
    said(`${ROOM}/bob`, '<body>Alice?</body>', 'b2');
    assert.ok(conversations.open(ROOM).mentioned);
  });

  test('we are put out of is shown with the reason', async () => {
    await join();
    const events = [];
    rooms.on('event', (event) => events.push([event.kind, event.nick]));
    presence('alice', { type: 'unavailable', codes: [110, 307] });
    const room = rooms.all.get(ROOM);
    assert.deepEqual([room.state, room.trouble, room.occupants.size, events], ['', 'kicked', 0, [['kicked', 'alice']]]);
  });

  test('tells of new names, ours too', async () => {
    await join();
    presence('alice', { type: 'unavailable', codes: [303, 110], item: `nick='al'` });
    presence('al', { codes: [110] });
    const room = rooms.all.get(ROOM);
    assert.deepEqual([room.nick, room.state, room.occupants.has('alice')], ['al', 'in', false]);
  });
});

describe('spoofing', () => {
  test('groupchat from a room we are not in is not shown', () => {
    said('other@rooms.test/bob', '<body>hi</body>');
    assert.equal(conversations.all.size, 0);
  });

  test('a correction of another occupant changes nothing of ours or theirs', async () => {
    await join();
    said(`${ROOM}/bob`, '<body>one</body>', 'b1');
    said(`${ROOM}/eve`, `<body>two</body><replace xmlns='urn:xmpp:message-correct:0' id='b1'/>`, 'e1');
    assert.deepEqual(bodies(), ['one', 'two']);
    said(`${ROOM}/bob`, `<body>three</body><replace xmlns='urn:xmpp:message-correct:0' id='b1'/>`, 'b2');
    assert.deepEqual(bodies(), ['three', 'two']);
  });

  test('a delay that an occupant made up does not move a message into the past', async () => {
    await join();
    said(`${ROOM}/eve`, `<body>old</body><delay xmlns='urn:xmpp:delay' from='eve@evil' stamp='2001-01-01T00:00:00Z'/>`);
    assert.equal(conversations.open(ROOM).log.last.time, clock.now());
  });

  test('a private message of an occupant is a conversation of its own', async () => {
    await join();
    connection.receive(`<message xmlns='jabber:client' type='chat' from='${ROOM}/bob' to='alice@edge.test/r' id='p1'><body>psst</body></message>`);
    assert.deepEqual([bodies(), bodies(`${ROOM}/bob`)], [[], ['psst']]);
  });

  test('bookmarks change by our own account only', () => {
    const event = (from) => connection.receive(`<message xmlns='jabber:client' from='${from}'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:bookmarks:1'><item id='${ROOM}'><conference xmlns='urn:xmpp:bookmarks:1' autojoin='true'><nick>al</nick></conference></item></items></event></message>`);
    for (const from of ['eve@evil', 'alice@edge.test/other', 'edge.test']) event(from);
    assert.equal(bookmarks.all.size, 0);
    event('alice@edge.test');
    assert.deepEqual(bookmarks.all.get(ROOM), { jid: ROOM, name: '', nick: 'al', autojoin: true });
  });
});

describe('archives', () => {
  const queryId = () => lastAsked().child('query', 'urn:xmpp:mam:2').attrs.queryid;
  const result = (id, body, { from = '', sender = 'bob@edge.test/x', to = 'alice@edge.test', stamp = '2023-11-14T10:00:00Z', type = 'chat', more = '' } = {}) => connection.receive(
    `<message xmlns='jabber:client'${from && ` from='${from}'`}><result xmlns='urn:xmpp:mam:2' queryid='${queryId()}' id='${id}'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='${stamp}'/><message xmlns='jabber:client' from='${sender}' to='${to}' type='${type}' id='i${id}'><body>${body}</body>${more}</message></forwarded></result></message>`);
  const fin = (complete = true) => answer(`<fin xmlns='urn:xmpp:mam:2'${complete ? ` complete='true'` : ''}/>`);

  test('of our own account are believed from it alone', async () => {
    const caught = history.catchUp('');
    await settle();
    for (const from of ['eve@evil', 'edge.test', 'alice@edge.test/other', 'bob@edge.test']) result('1', 'forged', { from });
    result('2', 'true', { from: 'alice@edge.test' });
    result('3', 'also true');
    fin();
    await caught;
    assert.deepEqual(bodies('bob@edge.test'), ['true', 'also true']);
  });

  test('results nobody asked for are not shown', async () => {
    connection.receive(`<message xmlns='jabber:client'><result xmlns='urn:xmpp:mam:2' queryid='zz' id='1'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='bob@edge.test' type='chat'><body>forged</body></message></forwarded></result></message>`);
    assert.equal(conversations.all.size, 0);
  });

  test('of a room are believed from the room alone', async () => {
    void join({ archived: true });
    await settle();
    await settle();
    const inRoom = { sender: `${ROOM}/bob`, type: 'groupchat' };
    for (const from of ['', 'alice@edge.test', `${ROOM}/eve`, 'other@rooms.test']) result('1', 'forged', { ...inRoom, from });
    result('2', 'true', { ...inRoom, from: ROOM });
    result('3', 'of another room', { from: ROOM, sender: 'other@rooms.test/x', type: 'groupchat' });
    fin();
    await settle();
    assert.deepEqual(bodies(), ['true']);
  });

  test('are followed page by page from the last message we have, and what is known appears once', async () => {
    connection.receive(`<message xmlns='jabber:client' type='chat' from='bob@edge.test/x' to='alice@edge.test/r' id='ilive'><body>live</body><stanza-id xmlns='urn:xmpp:sid:0' by='alice@edge.test' id='live'/></message>`);
    const mark = history.mark();
    assert.equal(mark, 'live');
    const caught = history.catchUp(mark);
    const after = () => lastAsked().child('query', 'urn:xmpp:mam:2').child('set', 'http://jabber.org/protocol/rsm').childText('after');
    await settle();
    assert.equal(after(), 'live');
    result('a', 'one');
    result('b', 'two');
    fin(false);
    await settle();
    assert.equal(after(), 'b');
    result('b', 'two');
    result('c', 'three');
    fin();
    await caught;
    assert.deepEqual(bodies('bob@edge.test').sort(), ['live', 'one', 'three', 'two']);
    assert.equal(history.mark(), 'c');
  });

  test('an archive that repeats itself does not hold us for ever', async () => {
    const caught = history.catchUp('x');
    for (let i = 0; i < 2; i += 1) {
      await settle();
      result('same', 'again');
      fin(false);
    }
    await caught;
    assert.deepEqual(bodies('bob@edge.test'), ['again']);
  });

  test('older pages of the same second keep their order, and corrections find their message', async () => {
    conversations.open('bob@edge.test');
    const first = history.older(conversations.open('bob@edge.test'));
    await settle();
    for (const n of ['4', '5', '6']) result(n, n);
    fin(false);
    assert.ok(await first);
    const second = history.older(conversations.open('bob@edge.test'));
    await settle();
    assert.equal(lastAsked().child('query', 'urn:xmpp:mam:2').child('set', 'http://jabber.org/protocol/rsm').childText('before'), '4');
    for (const n of ['1', '2']) result(n, n);
    result('3', 'two', { more: `<replace xmlns='urn:xmpp:message-correct:0' id='i2'/>` });
    fin();
    assert.ok(!(await second));
    assert.deepEqual(bodies('bob@edge.test'), ['1', 'two', '4', '5', '6']);
  });
});

test('moderators may remove those below them, administrators may ban', () => {
  const room = (role, affiliation) => ({ self: { nick: 'me', role, affiliation } });
  const other = (affiliation, nick = 'x') => ({ nick, affiliation });
  assert.ok(mayKick(room('moderator', 'admin'), other('none')));
  assert.ok(!mayKick(room('participant', 'admin'), other('none')));
  assert.ok(!mayKick(room('moderator', 'none'), other('owner')));
  assert.ok(!mayKick(room('moderator', 'owner'), other('none', 'me')));
  assert.ok(mayBan(room('moderator', 'owner'), other('admin')));
  assert.ok(!mayBan(room('moderator', 'admin'), other('admin')));
  assert.ok(!mayBan(room('moderator', 'member'), other('none')));
});
