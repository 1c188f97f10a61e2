import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { Bookmarks, Invitations } from '../../../public/features/bookmarks.mjs';
import { Chat } from '../../../public/features/chat.mjs';
import { Conversations } from '../../../public/features/conversations.mjs';
import { Archive, History } from '../../../public/features/history.mjs';
import { names, Rooms } from '../../../public/features/muc.mjs';
import { startSelfPing } from '../../../public/features/muc-ping.mjs';
import { mayBan, mayKick } from '../../../public/features/room.mjs';
import { Disco } from '../../../public/xmpp/disco.mjs';
import { parseJid } from '../../../public/xmpp/jid.mjs';
import { Router } from '../../../public/xmpp/router.mjs';
import { parse } from '../../../public/xmpp/xml.mjs';
import { FakeConnection, ManualClock, MemoryStorage, settle } from './support.mjs';

const ROOM = 'tea@rooms.test';
let clock, connection, router, conversations, archive, rooms, chat, history, bookmarks, disco, invitations;
beforeEach(() => {
  clock = new ManualClock();
  connection = new FakeConnection(parseJid('alice@edge.test/r'));
  router = new Router(connection, clock);
  conversations = new Conversations('alice@edge.test', new MemoryStorage());
  archive = new Archive(router);
  disco = new Disco(router);
  bookmarks = new Bookmarks(router, disco);
  invitations = new Invitations(router, (jid) => rooms.all.has(jid));
  rooms = new Rooms(router, conversations, archive, disco);
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
  // Asked once in a session.
  if (lastAsked().child('query', 'http://jabber.org/protocol/disco#info')) answer(`<query xmlns='http://jabber.org/protocol/disco#info'><identity category='conference' type='text' name='Tea'/>${archived ? `<feature var='urn:xmpp:mam:2'/>` : ''}</query>`);
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

describe('a room we were put out of', () => {
  const out = (inside) => connection.receive(`<presence xmlns='jabber:client' type='unavailable' from='${ROOM}/alice'><x xmlns='http://jabber.org/protocol/muc#user'>${inside}</x></presence>`);

  test('says by what and where to go instead', async () => {
    await join();
    const events = [];
    rooms.on('event', (event) => events.push([event.kind, event.nick, event.reason]));
    out(`<item role='none'><reason>Enough</reason></item><status code='110'/><status code='301'/>`);
    const room = rooms.all.get(ROOM);
    assert.deepEqual([room.trouble, room.reason, events], ['banned', 'Enough', [['banned', 'alice', 'Enough']]]);
    await join();
    assert.deepEqual([room.trouble, room.reason], ['', '']);
    out(`<item role='none'/><destroy jid='new@rooms.test'><reason>We moved</reason></destroy>`);
    assert.deepEqual([room.trouble, room.reason, room.elsewhere], ['destroyed', 'We moved', 'new@rooms.test']);
  });

  test('by a fault of the service is entered again, unlike one that removed us', async () => {
    startSelfPing(router, rooms);
    await join();
    const entries = () => connection.sent.filter(({ name, attrs }) => name === 'presence' && attrs.to === `${ROOM}/alice`).length;
    out(`<item role='none'/><status code='110'/><status code='307'/><status code='333'/>`);
    assert.deepEqual([rooms.all.get(ROOM).trouble, rooms.left().length], ['gone', 1]);
    await clock.advance(60_000);
    assert.equal(entries(), 2);
    presence('alice', { codes: [110] });
    await settle();
    out(`<item role='none'/><status code='110'/><status code='307'/>`);
    await clock.advance(120_000);
    assert.deepEqual([entries(), rooms.left().length], [2, 0]);
  });

  test('takes no words, while one that is just being entered gets them when it lets us in', async () => {
    const conversation = conversations.open(ROOM, 'room');
    rooms.send(conversation, 'early');
    const words = () => connection.sent.filter(({ name, attrs }) => name === 'message' && attrs.to === ROOM).map((stanza) => stanza.childText('body'));
    assert.deepEqual([conversation.log.last.delivery, words()], ['pending', []]);
    await join();
    assert.deepEqual(words(), ['early']);
    out(`<item role='none'/><status code='110'/><status code='307'/>`);
    rooms.send(conversation, 'late');
    assert.deepEqual([conversation.log.last.delivery, words()], ['failed', ['early']]);
  });

  test('or that refuses gives back what was written for it', async () => {
    const conversation = conversations.open(ROOM, 'room');
    rooms.send(conversation, 'early');
    const joining = assert.rejects(rooms.join(ROOM, 'alice'));
    await settle();
    answer(`<query xmlns='http://jabber.org/protocol/disco#info'/>`);
    await settle();
    presence('alice', { type: 'error', error: `<error type='auth'><registration-required xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>` });
    await joining;
    assert.deepEqual([conversation.log.last.delivery, conversation.log.last.error], ['failed', 'registration-required']);
  });
});

describe('after a session that was lost', () => {
  test('a room gets again only what it has not said itself', async () => {
    await join();
    const conversation = conversations.open(ROOM);
    rooms.send(conversation, 'arrived');
    rooms.send(conversation, 'lost');
    const owed = connection.sent.splice(0).filter(({ name }) => name === 'message');
    const then = [];
    const again = rooms.rejoin(rooms.left(), (jid) => then.push(jid));
    await settle();
    presence('alice', { codes: [110] });
    said(`${ROOM}/alice`, '<body>arrived</body>', owed[0].attrs.id);
    await again;
    assert.deepEqual(then, [ROOM]);
    chat.resend(owed);
    assert.deepEqual(connection.sent.filter(({ name }) => name === 'message').map((stanza) => stanza.childText('body')), ['lost']);
    assert.deepEqual(bodies(), ['arrived', 'lost']);
  });

  test('our words are known again whatever we are called meanwhile', async () => {
    await join();
    rooms.send(conversations.open(ROOM), 'hi');
    const { id } = connection.sent.at(-1).attrs;
    presence('alice', { type: 'unavailable', codes: [303, 110], item: `nick='al'` });
    presence('al', { codes: [110] });
    said(`${ROOM}/al`, '<body>hi</body>', id);
    assert.deepEqual(bodies(), ['hi']);
  });
});

describe('invitations', () => {
  const invite = (inside, from = ROOM) => connection.receive(`<message xmlns='jabber:client' from='${from}' to='alice@edge.test'>${inside}</message>`);
  const mediated = `<x xmlns='http://jabber.org/protocol/muc#user'><invite from='bob@edge.test/x'><reason>Tea?</reason></invite><password>pw</password></x><body>bob invites you</body>`;

  test('of either kind wait to be answered, with the password that came along', () => {
    invite(mediated);
    invite(`<x xmlns='jabber:x:conference' jid='other@rooms.test' reason='Come' password='s'/>`, 'carol@edge.test/y');
    assert.deepEqual([...invitations.all.values()], [
      { jid: ROOM, from: 'bob@edge.test', nick: '', reason: 'Tea?', password: 'pw', sender: 'bob@edge.test/x' },
      { jid: 'other@rooms.test', from: 'carol@edge.test', nick: '', reason: 'Come', password: 's', sender: '' },
    ]);
    assert.equal(conversations.all.size, 0);
    invitations.done(ROOM, true);
    assert.equal(connection.sent.at(-1).child('x', 'http://jabber.org/protocol/muc#user').child('decline').attrs.to, 'bob@edge.test/x');
    const before = connection.sent.length;
    invitations.done('other@rooms.test', true);
    assert.deepEqual([connection.sent.length, invitations.all.size], [before, 0]);
  });

  test('that come a second time out of an archive are no conversation with the room', () => {
    chat.receive(parse(`<message xmlns='jabber:client' from='${ROOM}' to='alice@edge.test'>${mediated}</message>`), { live: false });
    assert.equal(conversations.all.size, 0);
  });

  test('do not pile up', () => {
    for (let i = 0; i < 50; i += 1) invite(mediated, `r${i}@rooms.test`);
    assert.equal(invitations.all.size, 20);
  });
});

test('a name is only found as a word of its own, unless its script has none', () => {
  assert.deepEqual(['Al?', 'hi AL', '@al: x', 'also', 'final', 'al2'].map((text) => names(text, 'al')), [true, true, true, false, false, false]);
  assert.deepEqual([names('请小明来', '小明'), names('x', 'a.*['), names('hey a.*[!', 'a.*['), names('👋🏽 x', '👋🏽')], [true, false, true, true]);
});

describe('spoofing', () => {
  test('whoever takes the name of somebody who left cannot change their words', async () => {
    await join();
    said(`${ROOM}/bob`, '<body>one</body>', 'b1');
    presence('bob', { type: 'unavailable' });
    presence('bob');
    said(`${ROOM}/bob`, `<body>two</body><replace xmlns='urn:xmpp:message-correct:0' id='b1'/>`, 'b2');
    said(`${ROOM}/bob`, `<retract xmlns='urn:xmpp:message-retract:1' id='b1'/>`, 'b3');
    assert.deepEqual(bodies(), ['one', 'two']);
  });

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

  test('that fail leave the mark where nothing is missing, and are asked again', async () => {
    const first = history.catchUp('');
    await settle();
    result('a', 'one');
    fin();
    await first;
    assert.equal(history.mark(), 'a');
    const live = (id) => connection.receive(`<message xmlns='jabber:client' type='chat' from='bob@edge.test/x' to='alice@edge.test/r' id='i${id}'><body>${id}</body><stanza-id xmlns='urn:xmpp:sid:0' by='alice@edge.test' id='${id}'/></message>`);
    const caught = history.catchUp(history.fallBehind());
    await settle();
    live('d');
    answer(`<x/>`, 'nobody');
    await clock.advance(30_000); // nothing came
    await caught;
    assert.equal(history.mark(), 'a');
    await clock.advance(30_000);
    assert.equal(lastAsked().child('query', 'urn:xmpp:mam:2').child('set', 'http://jabber.org/protocol/rsm').childText('after'), 'a');
    result('b', 'two');
    result('c', 'three');
    fin();
    await settle();
    assert.equal(history.mark(), 'd');
    live('e');
    assert.equal(history.mark(), 'e');
    assert.deepEqual(bodies('bob@edge.test').sort(), ['d', 'e', 'one', 'three', 'two']);
  });

  test('come after what we knew and before what came since, whatever the clocks say, and count as unread', async () => {
    const first = history.catchUp('');
    await settle();
    fin();
    await first;
    clock.time += 5 * 60_000; // ours is ahead of the server's
    connection.receive(`<message xmlns='jabber:client' type='chat' from='bob@edge.test/x' to='alice@edge.test/r' id='l1'><body>before</body><stanza-id xmlns='urn:xmpp:sid:0' by='alice@edge.test' id='l1'/></message>`);
    conversations.watch(conversations.open('bob@edge.test'));
    conversations.watch(null);
    clock.time += 500;
    chat.send(conversations.open('bob@edge.test'), 'unsent');
    clock.time += 500;
    const caught = history.catchUp(history.fallBehind());
    await settle();
    clock.time += 500;
    connection.receive(`<message xmlns='jabber:client' type='chat' from='bob@edge.test/x' to='alice@edge.test/r' id='l2'><body>live</body></message>`);
    for (const id of ['m1', 'm2']) result(id, id, { stamp: new Date(clock.time - 5 * 60_000).toISOString() });
    fin();
    await caught;
    assert.deepEqual(bodies('bob@edge.test'), ['before', 'm1', 'm2', 'unsent', 'live']);
    assert.equal(conversations.unread, 3);
  });

  test('put what was delivered late in its order, where the server knows whole seconds only', async () => {
    const caught = history.catchUp(history.fallBehind());
    await settle();
    connection.receive(`<message xmlns='jabber:client' type='chat' from='bob@edge.test/x' to='alice@edge.test/r' id='i2'><body>two</body><delay xmlns='urn:xmpp:delay' stamp='2023-11-14T10:00:00Z'/></message>`);
    result('1', 'one');
    result('2', 'two');
    result('3', 'three');
    fin();
    await caught;
    assert.deepEqual(bodies('bob@edge.test'), ['one', 'two', 'three']);
  });

  test('of a room are followed from where we were, not from what came while we entered', async () => {
    const entering = rooms.join(ROOM, 'alice');
    await settle();
    answer(`<query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:xmpp:mam:2'/></query>`);
    await settle();
    presence('alice', { codes: [110] });
    await settle();
    result('1', 'one', { from: ROOM, sender: `${ROOM}/bob`, type: 'groupchat' });
    fin();
    await entering;
    const again = rooms.rejoin(rooms.left());
    await settle();
    presence('alice', { codes: [110] });
    said(`${ROOM}/bob`, `<body>three</body><stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='3'/>`, 'i3');
    await settle();
    assert.equal(lastAsked().child('query', 'urn:xmpp:mam:2').child('set', 'http://jabber.org/protocol/rsm').childText('after'), '1');
    result('2', 'two', { from: ROOM, sender: `${ROOM}/bob`, type: 'groupchat' });
    fin();
    await again;
    assert.deepEqual(bodies().sort(), ['one', 'three', 'two']);
    assert.equal(rooms.all.get(ROOM).newest, '3');
  });

  test('are followed page by page from the last message we have, and what is known appears once', async () => {
    const first = history.catchUp('');
    await settle();
    fin();
    await first;
    connection.receive(`<message xmlns='jabber:client' type='chat' from='bob@edge.test/x' to='alice@edge.test/r' id='ilive'><body>live</body><stanza-id xmlns='urn:xmpp:sid:0' by='alice@edge.test' id='live'/></message>`);
    const mark = history.fallBehind();
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

describe('bookmarks', () => {
  const asked = (name, xmlns) => connection.sent.findLast((stanza) => stanza.child(name, xmlns));
  const reply = ({ attrs }, inside, type = 'result') => connection.receive(`<iq xmlns='jabber:client' type='${type}' id='${attrs.id}' from='alice@edge.test'>${inside}</iq>`);
  const INFO = 'http://jabber.org/protocol/disco#info';
  const PUBSUB = 'http://jabber.org/protocol/pubsub';
  const node = (name) => connection.sent.findLast((stanza) => stanza.child('pubsub', PUBSUB)?.child('items')?.attrs.node === name);
  const gone = `<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;

  test('of older clients are read where the server does not keep both the same, and leaving one is remembered', async () => {
    const loaded = bookmarks.load();
    await settle();
    reply(asked('query', INFO), `<query xmlns='${INFO}'/>`);
    await settle();
    reply(node('urn:xmpp:bookmarks:1'), gone, 'error');
    reply(node('storage:bookmarks'), gone, 'error');
    reply(asked('query', 'jabber:iq:private'), `<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'><conference jid='${ROOM}' name='Tea' autojoin='true'><nick>al</nick><password>pw</password></conference><url/></storage></query>`);
    await loaded;
    assert.deepEqual(bookmarks.all.get(ROOM), { jid: ROOM, name: 'Tea', nick: 'al', autojoin: true, password: 'pw', old: true });
    void bookmarks.remove(ROOM);
    assert.equal(asked('pubsub', PUBSUB).child('pubsub', PUBSUB).child('publish').child('item').child('conference', 'urn:xmpp:bookmarks:1').attrs.autojoin, 'false');
    assert.equal(bookmarks.all.get(ROOM).autojoin, false);
  });

  test('keep what other clients put there', async () => {
    const loaded = bookmarks.load();
    await settle();
    reply(asked('query', INFO), `<query xmlns='${INFO}'><feature var='urn:xmpp:bookmarks:1#compat'/></query>`);
    reply(node('urn:xmpp:bookmarks:1'), `<pubsub xmlns='${PUBSUB}'><items node='urn:xmpp:bookmarks:1'><item id='${ROOM}'><conference xmlns='urn:xmpp:bookmarks:1' autojoin='true'><extensions><pin xmlns='x'/></extensions></conference></item></items></pubsub>`);
    await loaded;
    assert.equal(asked('query', 'jabber:iq:private'), undefined);
    void bookmarks.save({ ...bookmarks.all.get(ROOM), nick: 'al' });
    const conference = asked('pubsub', PUBSUB).child('pubsub', PUBSUB).child('publish').child('item').child('conference', 'urn:xmpp:bookmarks:1');
    assert.deepEqual([conference.childText('nick'), conference.child('extensions').child('pin', 'x') !== null], ['al', true]);
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
