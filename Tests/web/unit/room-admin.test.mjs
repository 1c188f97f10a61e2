import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { Conversations } from '../../../public/features/conversations.mjs';
import { Archive } from '../../../public/features/history.mjs';
import { Rooms } from '../../../public/features/muc.mjs';
import { affiliationChoices, listOf, roleChoices } from '../../../public/features/room.mjs';
import { startSelfPing } from '../../../public/features/muc-ping.mjs';
import { Disco } from '../../../public/xmpp/disco.mjs';
import { readForm, submitForm } from '../../../public/xmpp/forms.mjs';
import { parseJid } from '../../../public/xmpp/jid.mjs';
import { Router } from '../../../public/xmpp/router.mjs';
import { parse, serialize } from '../../../public/xmpp/xml.mjs';
import { FakeConnection, ManualClock, MemoryStorage, settle } from './support.mjs';

const ROOM = 'tea@rooms.test';
let clock, connection, router, rooms;
beforeEach(() => {
  clock = new ManualClock();
  connection = new FakeConnection(parseJid('alice@edge.test/r'));
  router = new Router(connection, clock);
  rooms = new Rooms(router, new Conversations('alice@edge.test', new MemoryStorage()), new Archive(router), new Disco(router));
});
const last = (name) => connection.sent.findLast((stanza) => stanza.name === name);
const reply = (inside, type = 'result') => connection.receive(`<iq xmlns='jabber:client' type='${type}' id='${last('iq').attrs.id}' from='${last('iq').attrs.to}'>${inside}</iq>`);
const error = (condition) => reply(`<error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`, 'error');
const me = (codes = ['110']) => connection.receive(
  `<presence xmlns='jabber:client' from='${ROOM}/alice'><x xmlns='http://jabber.org/protocol/muc#user'><item role='moderator' affiliation='owner'/>${codes.map((code) => `<status code='${code}'/>`).join('')}</x></presence>`);
async function enter(codes) {
  const joined = rooms.join(ROOM, 'alice', 'pw');
  await settle();
  error('item-not-found');
  await settle();
  me(codes);
  await settle();
  unknown();
  await joined;
}
// It is asked once more what kind of room it is: now it is there for sure.
function unknown() {
  const { id, to } = connection.sent.findLast((stanza) => stanza.child('query', 'http://jabber.org/protocol/disco#info') && stanza.attrs.to === ROOM).attrs;
  connection.receive(`<iq xmlns='jabber:client' type='error' id='${id}' from='${to}'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`);
}
const entries = () => connection.sent.filter(({ name, attrs }) => name === 'presence' && attrs.to === `${ROOM}/alice`).length;

describe('whether we are still in a room', () => {
  beforeEach(async () => {
    startSelfPing(router, rooms);
    await enter();
  });
  const asked = () => connection.sent.filter((stanza) => stanza.child('ping', 'urn:xmpp:ping')).length;

  test('is asked after a resumption, and a room that forgot us is entered again with its password', async () => {
    connection.emit('ready', { resumed: true });
    assert.equal(last('iq').attrs.to, `${ROOM}/alice`);
    error('not-acceptable');
    await settle();
    error('item-not-found');
    await settle();
    assert.equal(entries(), 2);
    assert.equal(last('presence').child('x', 'http://jabber.org/protocol/muc').childText('password'), 'pw');
    me();
    await settle();
    assert.equal(rooms.all.get(ROOM).state, 'in');
  });

  test('is yes for every answer that came from ourselves, and unknown while the service is away', async () => {
    for (const condition of ['', 'service-unavailable', 'feature-not-implemented', 'item-not-found', 'remote-server-not-found', 'remote-server-timeout']) {
      connection.emit('ready', { resumed: true });
      if (condition) error(condition);
      else reply('');
      await settle();
    }
    assert.equal(entries(), 1);
  });

  test('is asked of a room that was silent for ten minutes, not of a lively one', async () => {
    await clock.advance(9 * 60_000);
    connection.receive(`<message xmlns='jabber:client' type='groupchat' from='${ROOM}/bob'><body>hi</body></message>`);
    await clock.advance(9 * 60_000);
    assert.equal(asked(), 0);
    await clock.advance(2 * 60_000);
    assert.equal(asked(), 1);
    connection.online = false;
    await clock.advance(60 * 60_000);
    assert.equal(asked(), 1);
  });
});

describe('a room that was just made', () => {
  const OWNER = 'http://jabber.org/protocol/muc#owner';
  const make = async (form) => {
    const joined = rooms.join(ROOM, 'alice');
    await settle();
    error('item-not-found');
    await settle();
    me(['110', '201']);
    await settle();
    assert.equal(last('iq').attrs.type, 'get');
    reply(`<query xmlns='${OWNER}'>${form}</query>`);
    await settle();
    const set = last('iq');
    reply('');
    await settle();
    unknown();
    await joined;
    return serialize(set.child('query', OWNER).child('x', 'jabber:x:data'));
  };

  test('is opened as the server proposes, and stays when everybody is away', async () => {
    const form = await make(`<x xmlns='jabber:x:data' type='form'><field var='muc#roomconfig_roomname'><value>Tea</value></field><field var='muc#roomconfig_persistentroom' type='boolean'><value>0</value></field></x>`);
    assert.equal(form.replaceAll('"', "'"), `<x xmlns='jabber:x:data' type='submit'><field var='muc#roomconfig_roomname'><value>Tea</value></field><field var='muc#roomconfig_persistentroom'><value>1</value></field></x>`);
  });

  test('or is opened as it is, where the server has no such setting', async () => {
    assert.equal((await make(`<x xmlns='jabber:x:data' type='form'/>`)).replaceAll('"', "'"), `<x xmlns='jabber:x:data' type='submit'/>`);
  });
});

test('a second attempt to enter takes the place of the first', async () => {
  const first = assert.rejects(rooms.join(ROOM, 'alice'), { condition: 'session-lost' });
  await settle();
  error('item-not-found');
  await settle();
  const second = rooms.join(ROOM, 'alice');
  await settle();
  error('item-not-found');
  await settle();
  await first;
  me();
  await settle();
  unknown();
  await second;
  assert.equal(rooms.all.get(ROOM).state, 'in');
});

test('a room that is closed for good says so, and is not entered again', async () => {
  await enter();
  let gone = '';
  rooms.on('destroyed', (jid) => { gone = jid; });
  connection.receive(`<presence xmlns='jabber:client' type='unavailable' from='${ROOM}/alice'><x xmlns='http://jabber.org/protocol/muc#user'><item role='none'/><destroy/></x></presence>`);
  assert.deepEqual([gone, rooms.all.get(ROOM).trouble, rooms.all.get(ROOM).state], [ROOM, 'destroyed', '']);
  await rooms.rejoin(rooms.left());
  assert.equal(entries(), 1);
});

test('rights: who may give which', () => {
  const room = (role, affiliation) => ({ self: { nick: 'me', role, affiliation } });
  const other = (role, affiliation, nick = 'x') => ({ nick, role, affiliation });
  assert.deepEqual(roleChoices(room('moderator', 'none'), other('visitor', 'none')), ['participant', 'visitor']);
  assert.deepEqual(roleChoices(room('moderator', 'none'), other('moderator', 'none')), []);
  assert.deepEqual(roleChoices(room('moderator', 'admin'), other('moderator', 'none')), ['moderator', 'participant', 'visitor']);
  assert.deepEqual(roleChoices(room('moderator', 'owner'), other('moderator', 'admin')), []);
  assert.deepEqual(roleChoices(room('participant', 'owner'), other('visitor', 'none')), []);
  assert.deepEqual(affiliationChoices(room('moderator', 'admin'), 'none'), ['member', 'none', 'outcast']);
  assert.deepEqual(affiliationChoices(room('moderator', 'admin'), 'owner'), []);
  assert.equal(affiliationChoices(room('moderator', 'owner'), 'owner').length, 5);
  assert.deepEqual(affiliationChoices(room('moderator', 'member'), 'none'), []);
});

test('a list of people is read', async () => {
  const asked = listOf(router, { jid: ROOM }, 'outcast');
  reply(`<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='outcast' jid='eve@evil/x'/><item affiliation='outcast'/></query>`);
  assert.deepEqual(await asked, ['eve@evil']);
});

test('a form goes back with what was chosen, and what is hidden stays as it was', () => {
  const form = readForm(parse(`<x xmlns='jabber:x:data' type='form'><title>T</title><instructions>do</instructions>
    <field type='hidden' var='FORM_TYPE'><value>f</value></field><field type='fixed'><value>about</value></field>
    <field var='name' label='Name'><value>old</value><required/></field>
    <field var='many' type='list-multi'><value>a</value><value>b</value><option label='A'><value>a</value></option><option><value>b</value></option></field></x>`));
  assert.deepEqual([form.instructions, form.fields.length, form.fields[2].required, form.fields[3].options], ['do', 4, true, [{ label: 'A', value: 'a' }, { label: 'b', value: 'b' }]]);
  const sent = submitForm(form, new Map([['name', ['new']], ['many', []]]));
  assert.deepEqual(sent.elements('field').map((field) => [field.attrs.var, field.elements('value').map(({ text }) => text)]), [['FORM_TYPE', ['f']], ['name', ['new']], ['many', []]]);
  assert.equal(readForm(parse(`<x xmlns='jabber:x:data' type='result'/>`)), null);
});
