import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { changePassword, Registration } from '../../../public/features/register.mjs';
import { parseJid } from '../../../public/xmpp/jid.mjs';
import { Router } from '../../../public/xmpp/router.mjs';
import { chooseMechanism } from '../../../public/xmpp/sasl/choose.mjs';
import { FakeConnection, ManualClock, MemoryStorage, ScriptedTransport, settle } from './support.mjs';

const STREAM = 'http://etherx.jabber.org/streams';
let transport, registration;
beforeEach(() => {
  transport = new ScriptedTransport();
  registration = new Registration(transport, 'edge.test', new ManualClock());
});
const features = (inside) => transport.receive(`<stream:features xmlns:stream='${STREAM}' xmlns='jabber:client'>${inside}</stream:features>`);
const offered = `<register xmlns='http://jabber.org/features/iq-register'/>`;
const answer = (inside, type = 'result') => transport.receive(`<iq xmlns='jabber:client' type='${type}' id='${transport.sent.at(-1).attrs.id}'>${inside}</iq>`);
const query = (inside) => `<query xmlns='jabber:iq:register'>${inside}</query>`;
const error = (condition) => `<error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;

async function opened(inside) {
  const opening = registration.open();
  opening.catch(() => {});
  features(offered);
  await settle();
  answer(query(inside));
  return opening;
}

describe('making an account', () => {
  test('asks what the server asks, in the old form', async () => {
    await opened('<instructions>Choose</instructions><username/><password/><email/><key>x</key>');
    const { form } = registration;
    assert.deepEqual([form.instructions, form.fields.map(({ name, type }) => [name, type])],
      ['Choose', [['username', 'text-single'], ['password', 'text-private'], ['email', 'text-single']]]);
    const sent = registration.submit(new Map([['username', ['eve']], ['password', ['s']]]));
    await settle();
    const asked = transport.sent.at(-1).child('query', 'jabber:iq:register');
    assert.deepEqual(asked.elements().map(({ name, text }) => [name, text]), [['username', 'eve'], ['password', 's'], ['email', '']]);
    answer('');
    await sent;
  });

  test('asks what the server asks, in a data form', async () => {
    await opened(`<username/><x xmlns='jabber:x:data' type='form'><field type='hidden' var='FORM_TYPE'><value>jabber:iq:register</value></field><field var='username' label='Name'><required/></field></x>`);
    const sent = registration.submit(new Map([['username', ['eve']]]));
    await settle();
    assert.equal(transport.sent.at(-1).child('query', 'jabber:iq:register').child('x', 'jabber:x:data').elements('field').length, 2);
    answer(error('conflict'), 'error');
    await assert.rejects(sent, { code: 'name-taken' });
  });

  test('is led elsewhere only to the web', async () => {
    await opened(`<x xmlns='jabber:x:oob'><url>https://edge.test/new</url></x>`);
    assert.equal(registration.link, 'https://edge.test/new');
    const other = registration = new Registration((transport = new ScriptedTransport()), 'edge.test', new ManualClock());
    await assert.rejects(opened(`<x xmlns='jabber:x:oob'><url>javascript:alert(1)</url></x>`), { code: 'no-registration' });
    assert.equal(other.link, '');
  });

  test('that the server does not offer is said', async () => {
    const opening = assert.rejects(registration.open(), { code: 'no-registration' });
    features('');
    await opening;
    registration = new Registration((transport = new ScriptedTransport()), 'edge.test', new ManualClock());
    const refused = assert.rejects(registration.open(), { code: 'no-registration' });
    features(offered);
    await settle();
    answer(error('service-unavailable'), 'error');
    await refused;
  });
});

test('a new password goes to our server for our own name, and the session is renewed with it', async () => {
  const connection = new FakeConnection(parseJid('alice@edge.test/r'));
  const renewed = [];
  connection.renew = async (credentials) => renewed.push(credentials);
  const changed = changePassword({ router: new Router(connection, new ManualClock()), connection }, 'new');
  const { attrs } = connection.sent[0];
  assert.deepEqual([attrs.to, connection.sent[0].child('query', 'jabber:iq:register').elements().map(({ text }) => text)], ['edge.test', ['alice', 'new']]);
  assert.deepEqual(renewed, []);
  connection.receive(`<iq xmlns='jabber:client' type='result' id='${attrs.id}' from='edge.test'/>`);
  await changed;
  assert.deepEqual(renewed, [{ username: 'alice', password: 'new' }]);
});

test('guests use ANONYMOUS and nothing else, accounts never do', async () => {
  const choose = (username, offered_) => chooseMechanism({ offered: offered_, account: 'x', credentials: { username, password: 'p' }, secure: true, storage: new MemoryStorage() });
  assert.equal((await choose('', ['PLAIN', 'ANONYMOUS'])).mechanism, 'ANONYMOUS');
  await assert.rejects(choose('', ['PLAIN', 'SCRAM-SHA-1']), { code: 'no-guests' });
  await assert.rejects(choose('alice', ['ANONYMOUS']), { code: 'no-mechanism' });
});
