import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { Chat } from '../../../public/features/chat.mjs';
import { Conversations } from '../../../public/features/conversations.mjs';
import { Archive } from '../../../public/features/history.mjs';
import { Rooms } from '../../../public/features/muc.mjs';
import { parseMessage } from '../../../public/features/message.mjs';
import { Disco } from '../../../public/xmpp/disco.mjs';
import { parseJid } from '../../../public/xmpp/jid.mjs';
import { Router } from '../../../public/xmpp/router.mjs';
import { parse } from '../../../public/xmpp/xml.mjs';
import { FakeConnection, ManualClock, MemoryStorage, settle } from './support.mjs';

const ROOM = 'tea@rooms.test';
let clock, connection, conversations, chat, rooms;
beforeEach(() => {
  clock = new ManualClock();
  connection = new FakeConnection(parseJid('alice@edge.test/r'));
  const router = new Router(connection, clock);
  conversations = new Conversations('alice@edge.test', new MemoryStorage());
  rooms = new Rooms(router, conversations, new Archive(router), new Disco(router));
  chat = new Chat(router, conversations, { mayReveal: () => false, inRoom: (jid) => rooms.all.has(parseJid(jid)?.bare) });
});
let number = 0;
const from = (sender, inside, { id = `n${(number += 1)}`, type = 'chat' } = {}) =>
  connection.receive(`<message xmlns='jabber:client' from='${sender}' to='alice@edge.test' type='${type}' id='${id}'>${inside}</message>`);
const react = (id, ...emojis) => `<reactions xmlns='urn:xmpp:reactions:0' id='${id}'>${emojis.map((emoji) => `<reaction>${emoji}</reaction>`).join('')}</reactions>`;
const retract = (id) => `<retract xmlns='urn:xmpp:message-retract:1' id='${id}'/><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:message-retract:1'/><body>/me took it back</body>`;
const reactions = (message) => [...message.reactions.values()].map(({ from: who, emojis }) => `${who} ${emojis.join('')}`);
const log = (jid = 'bob@edge.test') => conversations.open(jid).log.messages;

describe('reactions', () => {
  test('replace the earlier ones of the same person, and nothing but emoji is one', () => {
    const mine = chat.send(conversations.open('bob@edge.test'), 'hi');
    from('bob@edge.test/x', react(mine.id, '👍', '❤️', '👍', '<b/>', 'lol', '1', '👩‍👩‍👧'));
    assert.deepEqual(reactions(mine), ['bob@edge.test 👍❤️👩‍👩‍👧']);
    clock.time += 1;
    from('bob@edge.test/x', `${react(mine.id)}<body>👍</body>`);
    assert.deepEqual(reactions(mine), ['bob@edge.test ']);
    assert.deepEqual(log().map(({ body }) => body), ['hi']);
  });

  test('reach only a conversation with that person', () => {
    const mine = chat.send(conversations.open('bob@edge.test'), 'hi');
    from('eve@evil/x', react(mine.id, '👎'));
    assert.deepEqual(reactions(mine), []);
    assert.ok(!conversations.all.has('eve@evil'));
  });

  test('of an older archive page do not undo later ones, and wait for their message', () => {
    conversations.open('bob@edge.test');
    chat.receive(parse(`<message xmlns='jabber:client' type='chat' from='bob@edge.test/x' to='alice@edge.test'>${react('b1', '🎉')}</message>`), { delay: 2000, live: false });
    chat.receive(parse(`<message xmlns='jabber:client' type='chat' from='bob@edge.test/x' to='alice@edge.test'>${react('b1', '👍')}</message>`), { delay: 1000, live: false });
    from('bob@edge.test/x', '<body>party</body>', { id: 'b1' });
    assert.deepEqual(reactions(log()[0]), ['bob@edge.test 🎉']);
  });
});

describe('retractions', () => {
  test('take back what the same person wrote, in both forms', () => {
    for (const form of [retract('b1'), `<apply-to xmlns='urn:xmpp:fasten:0' id='b1'><retract xmlns='urn:xmpp:message-retract:0'/></apply-to>`]) {
      conversations.close('bob@edge.test');
      from('bob@edge.test/x', '<body>oops</body>', { id: 'b1' });
      from('bob@edge.test/y', form);
      assert.deepEqual(log().map(({ body, retracted }) => [body, retracted]), [['', true]]);
    }
  });

  test('of others do nothing, and what is gone cannot be corrected back', () => {
    const mine = chat.send(conversations.open('bob@edge.test'), 'hi');
    from('bob@edge.test/x', retract(mine.id));
    assert.ok(!mine.retracted);
    from('bob@edge.test/x', '<body>oops</body>', { id: 'b1' });
    from('bob@edge.test/x', retract('b1'));
    from('bob@edge.test/x', `<body>again</body><replace xmlns='urn:xmpp:message-correct:0' id='b1'/>`, { id: 'b2' });
    assert.deepEqual([log()[1].body, log()[1].retracted], ['', true]);
  });
});

describe('in a room', () => {
  beforeEach(async () => {
    const joined = rooms.join(ROOM, 'alice');
    await settle();
    const { attrs } = connection.sent.findLast(({ name }) => name === 'iq');
    connection.receive(`<iq xmlns='jabber:client' type='result' id='${attrs.id}' from='${ROOM}'><query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:xmpp:occupant-id:0'/></query></iq>`);
    await settle();
    connection.receive(`<presence xmlns='jabber:client' from='${ROOM}/alice'><x xmlns='http://jabber.org/protocol/muc#user'><item/><status code='110'/></x></presence>`);
    await joined;
  });
  const person = (id) => `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='${id}'/>`;
  const said = (nick, inside, id) => from(`${ROOM}/${nick}`, inside, { type: 'groupchat', id });

  test('messages go by the id the room gave them, and belong to a person, not to a name', () => {
    said('bob', `<body>hi</body>${person('p1')}<stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='s1'/>`, 'b1');
    said('bob', `${retract('s1')}${person('p2')}`);
    said('bob', `<body>mine now</body><replace xmlns='urn:xmpp:message-correct:0' id='b1'/>${person('p2')}`, 'e1');
    assert.equal(log(ROOM)[0].body, 'hi');
    said('bobby', `${react('s1', '🎉')}${person('p2')}`);
    assert.deepEqual(reactions(log(ROOM)[0]), [`${ROOM}/bobby 🎉`]);
    said('robert', `<body>hello</body><replace xmlns='urn:xmpp:message-correct:0' id='b1'/>${person('p1')}`, 'b2');
    assert.equal(log(ROOM)[0].body, 'hello');
    said('robert', `${retract('s1')}${person('p1')}`);
    assert.ok(log(ROOM)[0].retracted);
  });

  test('moderators act through the room alone', () => {
    const moderated = `<retract xmlns='urn:xmpp:message-retract:1' id='s1'><moderated xmlns='urn:xmpp:message-moderate:1' by='${ROOM}/mod'/><reason>Spam</reason></retract>`;
    said('bob', `<body>buy</body>${person('p1')}<stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='s1'/>`, 'b1');
    said('mod', `${moderated}${person('p3')}`);
    from('other@rooms.test', moderated, { type: 'groupchat' });
    assert.equal(log(ROOM)[0].body, 'buy');
    from(ROOM, moderated, { type: 'groupchat' });
    assert.deepEqual([log(ROOM)[0].body, log(ROOM)[0].reason], ['', 'Spam']);
  });
});

test('an answer shows what it answers, without the quoted lines, counted in code points', () => {
  const quoted = '&gt; 👋 hi\n';
  const message = (range, body = `${quoted}well`) => parseMessage(parse(`<message xmlns='jabber:client' from='b@c/x'><body>${body}</body><reply xmlns='urn:xmpp:reply:0' id='q1' to='a@b'/><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'>${range}</fallback></message>`));
  assert.deepEqual([message(`<body start='0' end='7'/>`).body, message(`<body start='0' end='7'/>`).quote], ['well', { id: 'q1', from: 'a@b', text: '👋 hi' }]);
  for (const range of ['', `<body/>`, `<body start='9' end='2'/>`, `<body start='0' end='99'/>`, `<body start='x' end='-1'/>`]) assert.equal(message(range).body, '> 👋 hi\nwell', range);
});
