import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { Chat } from '../../../public/features/chat.mjs';
import { Conversations } from '../../../public/features/conversations.mjs';
import { makeMessage, MessageLog } from '../../../public/features/message-log.mjs';
import { parseJid } from '../../../public/xmpp/jid.mjs';
import { Router } from '../../../public/xmpp/router.mjs';
import { parse } from '../../../public/xmpp/xml.mjs';
import { FakeConnection, ManualClock, MemoryStorage } from './support.mjs';

let clock, connection, router, storage, conversations, chat, trusted;
beforeEach(() => {
  clock = new ManualClock();
  connection = new FakeConnection(parseJid('alice@edge.test/r'));
  router = new Router(connection, clock);
  storage = new MemoryStorage();
  conversations = new Conversations('alice@edge.test', storage);
  trusted = true;
  chat = new Chat(router, conversations, { mayReveal: () => trusted, inRoom: () => false });
});
const incoming = (inside, { from = 'bob@edge.test/phone', type = 'chat', id = 'b1' } = {}) =>
  connection.receive(`<message xmlns='jabber:client' from='${from}' to='alice@edge.test' type='${type}' id='${id}'>${inside}</message>`);
const log = (jid = 'bob@edge.test') => conversations.open(jid).log.messages;
const bodies = (jid) => log(jid).map(({ body }) => body);
const sent = (name) => connection.sent.filter((stanza) => stanza.elements().some((child) => child.name === name));

describe('receiving', () => {
  test('a message appears once, however often it comes', () => {
    incoming('<body>hi</body>');
    incoming('<body>hi</body>');
    assert.deepEqual(bodies(), ['hi']);
    incoming('<body>hi</body>', { id: 'b2' });
    incoming(`<body>hi</body><origin-id xmlns='urn:xmpp:sid:0' id='b2'/>`, { id: 'b3' });
    assert.equal(log().length, 2);
  });

  test('the same id of somebody else is another message', () => {
    incoming('<body>hi</body>');
    incoming('<body>ho</body>', { from: 'eve@evil/x' });
    assert.deepEqual([bodies(), bodies('eve@evil')], [['hi'], ['ho']]);
  });

  test('a receipt is given to contacts, not to strangers', () => {
    incoming(`<body>hi</body><request xmlns='urn:xmpp:receipts'/>`);
    assert.equal(sent('received')[0].child('received', 'urn:xmpp:receipts').attrs.id, 'b1');
    trusted = false;
    incoming(`<body>hi</body><request xmlns='urn:xmpp:receipts'/>`, { from: 'eve@evil/x', id: 'e1' });
    assert.equal(sent('received').length, 1);
  });

  test('a correction changes a message of the same sender only', () => {
    incoming('<body>helo</body>');
    incoming(`<body>evil</body><replace xmlns='urn:xmpp:message-correct:0' id='b1'/>`, { from: 'eve@evil/x', id: 'e1' });
    assert.deepEqual(bodies(), ['helo']);
    incoming(`<body>hello</body><replace xmlns='urn:xmpp:message-correct:0' id='b1'/>`, { id: 'b2' });
    assert.deepEqual(bodies(), ['hello']);
    assert.ok(log()[0].corrected);
    assert.deepEqual(bodies('eve@evil'), ['evil']);
  });

  test('nobody but the peer can correct what we wrote', () => {
    const mine = chat.send(conversations.open('bob@edge.test'), 'I owe 1');
    incoming(`<body>I owe 1000</body><replace xmlns='urn:xmpp:message-correct:0' id='${mine.id}'/>`);
    assert.equal(mine.body, 'I owe 1');
  });

  test('somebody who writes is seen until the message comes', () => {
    const conversation = conversations.open('bob@edge.test');
    incoming(`<composing xmlns='http://jabber.org/protocol/chatstates'/>`);
    assert.equal(conversation.composing.size, 1);
    incoming('<body>hi</body>');
    assert.equal(conversation.composing.size, 0);
  });

  test('nobody is seen to write who is not there any more', async () => {
    const conversation = conversations.open('bob@edge.test');
    const told = [];
    conversations.on('change', (one) => told.push(one.jid));
    incoming(`<composing xmlns='http://jabber.org/protocol/chatstates'/>`);
    conversations.hush('carol@edge.test');
    assert.equal(conversation.composing.size, 1);
    conversations.hush('bob@edge.test');
    assert.deepEqual([conversation.composing.size, told], [0, ['bob@edge.test', 'bob@edge.test']]);
    incoming(`<composing xmlns='http://jabber.org/protocol/chatstates'/>`);
    conversations.hush();
    assert.equal(conversation.composing.size, 0);
    incoming(`<composing xmlns='http://jabber.org/protocol/chatstates'/>`);
    await clock.advance(89_999);
    assert.equal(conversation.composing.size, 1);
    await clock.advance(1);
    assert.equal(conversation.composing.size, 0);
  });

  test('unread messages are counted until the conversation is looked at', () => {
    incoming('<body>1</body>');
    clock.time += 1;
    incoming('<body>2</body>', { id: 'b2' });
    const conversation = conversations.open('bob@edge.test');
    assert.equal(conversation.unread, 2);
    conversations.watch(conversation);
    assert.equal(conversation.unread, 0);
    assert.equal(conversation.dividerKey, log()[0].key);
    clock.time += 1;
    incoming('<body>3</body>', { id: 'b3' });
    assert.equal(conversations.unread, 0);
    assert.equal(new Conversations('alice@edge.test', storage).open('bob@edge.test').readTime, clock.time);
  });
});

describe('sending', () => {
  test('goes from pending over sent and delivered to read, never back', () => {
    const message = chat.send(conversations.open('bob@edge.test'), 'hi');
    const stanza = connection.sent[0];
    assert.deepEqual([message.delivery, stanza.attrs.id, stanza.childText('body')], ['pending', message.id, 'hi']);
    connection.emit('handled', [stanza]);
    assert.equal(message.delivery, 'sent');
    incoming(`<received xmlns='urn:xmpp:receipts' id='${message.id}'/>`);
    assert.equal(message.delivery, 'delivered');
    incoming(`<displayed xmlns='urn:xmpp:chat-markers:0' id='${message.id}'/>`);
    assert.equal(message.delivery, 'read');
    connection.emit('handled', [stanza]);
    assert.equal(message.delivery, 'read');
  });

  test('a receipt from somebody else counts for nothing', () => {
    const message = chat.send(conversations.open('bob@edge.test'), 'hi');
    incoming(`<received xmlns='urn:xmpp:receipts' id='${message.id}'/>`, { from: 'eve@evil/x' });
    assert.equal(message.delivery, 'pending');
  });

  test('a message that comes back is marked, and can be sent again', () => {
    const conversation = conversations.open('bob@edge.test');
    const message = chat.send(conversation, 'hi');
    incoming(`<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`, { type: 'error', id: message.id });
    assert.deepEqual([message.delivery, message.error], ['failed', 'service-unavailable']);
    connection.emit('handled', [connection.sent[0]]); // that the server took it says nothing about what became of it
    assert.equal(message.delivery, 'failed');
    conversations.retry(conversation, message, (body, more) => void chat.send(conversation, body, more));
    assert.deepEqual(log().map(({ body, delivery }) => [body, delivery]), [['hi', 'pending']]);
    assert.notEqual(log()[0].id, message.id);
  });

  test('what a lost session may have taken along is sent again with the same id, unless the archive has it', () => {
    const conversation = conversations.open('bob@edge.test');
    const first = chat.send(conversation, 'in the archive');
    const second = chat.send(conversation, 'lost');
    const stanzas = connection.sent.splice(0);
    conversation.log.add(makeMessage({ from: 'alice@edge.test', mine: true, body: 'in the archive', time: clock.now(), ids: [`alice@edge.test ${first.id}`] }));
    chat.resend(stanzas);
    assert.deepEqual(connection.sent.map(({ attrs }) => attrs.id), [second.id]);
    assert.equal(log().length, 2);
  });
});

describe('several devices and tabs', () => {
  test('what the server kept for us counts as unread only when it is new', () => {
    conversations.readElsewhere(conversations.open('bob@edge.test'), clock.time);
    const kept = (id, ago) => incoming(`<body>${id}</body><delay xmlns='urn:xmpp:delay' stamp='${new Date(clock.time - ago).toISOString()}'/>`, { id });
    kept('old', 5_500);
    assert.equal(conversations.unread, 0);
    kept('new', -5_500);
    assert.equal(conversations.unread, 1);
  });

  const carbon = (id) => chat.receive(parse(`<message xmlns='jabber:client' from='alice@edge.test/phone' to='bob@edge.test' type='chat' id='${id}'><body>answer</body></message>`));

  test('whoever answers on another device has read what was there', () => {
    incoming('<body>1</body>');
    clock.time += 1;
    incoming('<body>2</body>', { id: 'b2' });
    assert.equal(conversations.unread, 2);
    clock.time += 1;
    carbon('c1');
    assert.equal(conversations.unread, 0);
    clock.time += 1;
    incoming('<body>3</body>', { id: 'b3' });
    assert.equal(conversations.unread, 1);
  });

  test('tabs keep each other\'s drafts and know what the other one read', () => {
    const other = new Conversations('alice@edge.test', storage);
    incoming('<body>1</body>');
    conversations.setDraft(conversations.open('carol@edge.test'), 'of this tab');
    other.setDraft(other.open('dave@edge.test'), 'of the other');
    other.readElsewhere(other.open('bob@edge.test'), clock.time);
    conversations.sync();
    assert.equal(conversations.unread, 0);
    const third = new Conversations('alice@edge.test', storage);
    assert.deepEqual(['carol', 'dave'].map((name) => third.open(`${name}@edge.test`).draft), ['of this tab', 'of the other']);
    conversations.shown = conversations.open('carol@edge.test');
    other.setDraft(other.open('carol@edge.test'), 'newer');
    other.setDraft(other.open('erin@edge.test'), 'new');
    conversations.open('erin@edge.test');
    conversations.sync();
    assert.deepEqual(['carol', 'erin'].map((name) => conversations.open(`${name}@edge.test`).draft), ['of this tab', 'new']);
  });
});

test('messages that come late with whole seconds stay behind what they came after', () => {
  clock.time = 1_700_000_000_500;
  chat.send(conversations.open('bob@edge.test'), 'mine');
  incoming(`<body>late 1</body><delay xmlns='urn:xmpp:delay' stamp='2023-11-14T22:13:20Z'/>`, { id: 'l1' });
  incoming(`<body>late 2</body><delay xmlns='urn:xmpp:delay' stamp='2023-11-14T22:13:20Z'/>`, { id: 'l2' });
  incoming(`<body>before</body><delay xmlns='urn:xmpp:delay' stamp='2023-11-14T22:13:19Z'/>`, { id: 'l3' });
  assert.deepEqual(bodies(), ['before', 'mine', 'late 1', 'late 2']);
});

describe('the log', () => {
  test('lets only the sender correct, whatever id is given', () => {
    const messages = new MessageLog();
    messages.add(makeMessage({ from: 'x', body: 'a', time: 1, ids: ['a'] }));
    assert.equal(messages.correct('a', 'y', 'b'), null);
    assert.equal(messages.correct('a', 'x', 'b')?.body, 'b');
  });

  test('is in order of time whatever the order of arrival', () => {
    const messages = new MessageLog();
    for (const time of [5, 1, 3, 3, 9, 2]) messages.add(makeMessage({ from: 'x', body: String(time), time }));
    assert.deepEqual(messages.messages.map(({ time }) => time), [1, 2, 3, 3, 5, 9]);
  });

  test('knows a message by any of its ids, also those it learned later', () => {
    const messages = new MessageLog();
    const { message } = messages.add(makeMessage({ from: 'x', body: '', time: 1, ids: ['a'] }));
    messages.add(makeMessage({ from: 'x', body: '', time: 1, ids: ['a', 'archive 7'] }));
    const third = messages.add(makeMessage({ from: 'x', body: '', time: 1, ids: ['archive 7'] }));
    assert.deepEqual([third.added, third.message, messages.messages.length], [false, message, 1]);
  });
});

test('drafts and read marks of broken storage are ignored', () => {
  storage.setItem('edge.conversations.alice@edge.test', '{broken');
  const fresh = new Conversations('alice@edge.test', storage);
  fresh.setDraft(fresh.open('bob@edge.test'), 'half a sen');
  assert.equal(new Conversations('alice@edge.test', storage).open('bob@edge.test').draft, 'half a sen');
});

test('of thousands of messages the oldest go, unless somebody reads them', () => {
  const conversation = conversations.open('bob@edge.test');
  let gone = 0;
  conversations.on('trimmed', ({ count }) => { gone += count; });
  const say = (count) => {
    for (let i = 0; i < count; i += 1) conversations.add(conversation, makeMessage({ from: 'bob@edge.test', body: 'x', time: (clock.time += 1), ids: [`t${clock.time}`] }));
  };
  conversation.pinned = true;
  say(11_500);
  assert.deepEqual([log().length, gone], [11_500, 0]);
  const oldest = log()[0].ids[0];
  conversation.pinned = false;
  say(1);
  assert.deepEqual([log().length, gone, conversation.log.find(oldest)], [10_000, 1_501, null]);
});
