import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { Failure } from '../../../public/core/base.mjs';
import { backoff, Connection, nextAttempt } from '../../../public/xmpp/connection.mjs';
import { parseJid } from '../../../public/xmpp/jid.mjs';
import { el } from '../../../public/xmpp/xml.mjs';
import { ManualClock, MemoryStorage, ScriptedTransport, until } from './support.mjs';

const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const SM = 'urn:xmpp:sm:3';
const FEATURES = `<stream:features xmlns:stream='http://etherx.jabber.org/streams'>`;
const cut = () => new Failure('connection-lost', { retry: true });

/** A server that lets everybody in; `answers` may replace what it says to an element, by name. */
class Server {
  transports = [];
  answers = {};
  connect = () => {
    const transport = new ScriptedTransport();
    transport.lost = cut();
    let authenticated = false;
    transport.serve = (what) => queueMicrotask(() => {
      if (transport.closed) return;
      if (what === 'open' || what === 'restart') {
        transport.receive(authenticated
          ? `${FEATURES}<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='${SM}'/><csi xmlns='urn:xmpp:csi:0'/></stream:features>`
          : `${FEATURES}<mechanisms xmlns='${SASL}'><mechanism>PLAIN</mechanism></mechanisms></stream:features>`);
        return;
      }
      const given = this.answers[what.name]?.(what);
      if (given !== undefined) {
        if (given) transport.receive(given);
        return;
      }
      if (what.name === 'auth') {
        authenticated = true;
        transport.receive(`<success xmlns='${SASL}'/>`);
      }
      if (what.name === 'iq' && what.inNamespace('urn:ietf:params:xml:ns:xmpp-bind')) {
        transport.receive(`<iq xmlns='jabber:client' type='result' id='${what.attrs.id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@edge.test/r1</jid></bind></iq>`);
      }
      if (what.name === 'enable') transport.receive(`<enabled xmlns='${SM}' id='s1' resume='true'/>`);
    });
    this.transports.push(transport);
    return transport;
  };
  get last() {
    return this.transports[this.transports.length - 1];
  }
  sentNames = () => this.last.sent.map(({ name, attrs }) => attrs.id?.startsWith('m') ? attrs.id : name);
}

let clock, server, connection, events;
const message = (id) => el('message', { id, to: 'bob@edge.test', type: 'chat' }, el('body', {}, id));
const events_of = (name) => events.filter(([event]) => event === name).map(([, detail]) => detail);
const handledIds = () => events_of('handled').flat().map(({ attrs }) => attrs.id);

beforeEach(() => {
  clock = new ManualClock();
  server = new Server();
  events = [];
  connection = new Connection({
    account: parseJid('alice@edge.test'), credentials: { username: 'alice', password: 'secret' }, makeTransport: server.connect,
    resource: 'r', lang: 'en', secure: true, storage: new MemoryStorage(), clock,
  });
  for (const name of ['state', 'ready', 'handled', 'element']) connection.on(name, (detail) => events.push([name, detail]));
});

const online = () => until(() => connection.online);
const reconnect = async () => {
  await clock.advance(600);
  await online(); // perhaps only now: modules take their time
  await clock.advance(50);
};

describe('logging in', () => {
  test('goes through SASL and bind to a session with stream management', async () => {
    await connection.start();
    assert.equal(String(connection.jid), 'alice@edge.test/r1');
    assert.deepEqual(server.sentNames(), ['auth', 'iq', 'enable']);
    assert.deepEqual(events_of('ready').map(({ resumed }) => resumed), [false]);
  });

  for (const [condition, code] of [['not-authorized', 'wrong-password'], ['account-disabled', 'account-disabled'], ['mechanism-too-weak', 'sasl-failed']]) {
    test(`SASL failure ${condition} ends with ${code} and is not tried again`, async () => {
      server.answers.auth = () => `<failure xmlns='${SASL}'><${condition}/></failure>`;
      await assert.rejects(connection.start(), { code });
      await clock.advance(120_000);
      assert.equal(server.transports.length, 1);
      assert.equal(connection.state.name, 'ended');
    });
  }

  test('a server that stays silent is given up', async () => {
    server.answers.auth = () => '';
    const start = assert.rejects(connection.start(), { code: 'timeout' });
    await until(() => server.sentNames().includes('auth'));
    await clock.advance(20_000);
    await start;
  });

  test('a cut during the login is reported', async () => {
    server.answers.iq = () => { server.last.end(cut()); return ''; };
    await assert.rejects(connection.start(), { code: 'connection-lost' });
  });

  test('a server that refuses a session says why', async () => {
    server.answers.iq = ({ attrs }) => `<iq xmlns='jabber:client' type='error' id='${attrs.id}'><error type='cancel'><not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`;
    await assert.rejects(connection.start(), { code: 'bind-refused', detail: 'not-allowed' });
  });
});

describe('after a cut', () => {
  const resumeWith = (h) => { server.answers.resume = () => `<resumed xmlns='${SM}' previd='s1' h='${h}'/>`; };

  test('the session is resumed and only what was not received is sent again, before what was written meanwhile', async () => {
    await connection.start();
    for (const id of ['m1', 'm2', 'm3']) connection.send(message(id));
    server.last.receive(`<a xmlns='${SM}' h='1'/>`);
    server.last.receive(`<message xmlns='jabber:client' from='bob@edge.test/x'/>`);
    resumeWith(2);
    server.last.end(cut());
    connection.send(message('m4'));
    await reconnect();
    assert.deepEqual(server.sentNames(), ['auth', 'resume', 'm3', 'm4', 'r']);
    assert.equal(server.last.sent[1].attrs.h, '1');
    assert.deepEqual(handledIds(), ['m1', 'm2']);
    assert.deepEqual(events_of('ready').map(({ resumed }) => resumed), [false, true]);
    server.last.receive(`<a xmlns='${SM}' h='4'/>`);
    assert.deepEqual(handledIds(), ['m1', 'm2', 'm3', 'm4']);
  });

  test('nothing is doubled when the connection is cut again and again', async () => {
    await connection.start();
    connection.send(message('m1'));
    resumeWith(0);
    server.last.end(cut());
    await reconnect();
    resumeWith(1);
    server.last.end(cut());
    await reconnect();
    assert.deepEqual(server.sentNames(), ['auth', 'resume']);
    assert.deepEqual(handledIds(), ['m1']);
  });

  test('a session that is gone is bound anew, and what may be lost is handed back', async () => {
    await connection.start();
    for (const id of ['m1', 'm2']) connection.send(message(id));
    server.answers.resume = () => `<failed xmlns='${SM}' h='1'/>`;
    server.last.end(cut());
    connection.send(message('m3'));
    await reconnect();
    const { resumed, lost, unsent } = events_of('ready')[1];
    assert.equal(resumed, false);
    assert.deepEqual(lost.map(({ attrs }) => attrs.id), ['m2']);
    assert.deepEqual(unsent.map(({ attrs }) => attrs.id), ['m3']);
    assert.deepEqual(server.sentNames(), ['auth', 'resume', 'iq', 'enable']);
  });

  test('waits grow, and the person, a returning network or a look at the page cut them short', async () => {
    await connection.start();
    server.connect = () => { throw new Error('unused'); };
    connection.options.makeTransport = () => {
      const transport = new ScriptedTransport();
      transport.open = () => queueMicrotask(() => transport.end(new Failure('connect-failed', { retry: true })));
      server.transports.push(transport);
      return transport;
    };
    server.last.end(cut());
    const waits = [];
    for (let i = 0; i < 4; i += 1) {
      waits.push(connection.state.retryAt - clock.now());
      await clock.advance(connection.state.retryAt - clock.now());
      await until(() => connection.state.name === 'waiting');
    }
    assert.deepEqual(waits, [375, 750, 1500, 3000]);
    const before = server.transports.length;
    connection.setNetwork(false);
    connection.setNetwork(true);
    assert.equal(server.transports.length, before + 1);
    await until(() => connection.state.name === 'waiting');
    connection.retryNow();
    assert.equal(server.transports.length, before + 2);
  });

  test('a wrong password on the way back ends it', async () => {
    await connection.start();
    server.answers.auth = () => `<failure xmlns='${SASL}'><not-authorized/></failure>`;
    server.last.end(cut());
    await clock.advance(600);
    await until(() => connection.state.name === 'ended');
    assert.equal(connection.state.failure.code, 'wrong-password');
  });

  test('a conflict ends it, and the person may take the session back', async () => {
    await connection.start();
    server.last.end(new Failure('conflict'));
    await clock.advance(120_000);
    assert.equal(server.transports.length, 1);
    assert.equal(connection.state.name, 'ended');
    server.answers.resume = () => `<failed xmlns='${SM}'/>`;
    connection.again();
    await online();
  });

  test('what is written after an end that can be undone goes out with the next session', async () => {
    await connection.start();
    connection.send(message('m1'));
    server.last.end(new Failure('conflict'));
    connection.send(message('m2'));
    assert.equal(connection.owes, true);
    server.answers.resume = () => `<failed xmlns='${SM}'/>`;
    connection.again();
    await online();
    const { lost, unsent } = events_of('ready')[1];
    assert.deepEqual([...lost, ...unsent].map(({ attrs }) => attrs.id), ['m1', 'm2']);
  });

  test('whoever does something on the page that waits causes an attempt, but not at every key', async () => {
    await connection.start();
    server.answers.auth = () => '';
    server.last.end(cut());
    connection.nudge();
    await clock.advance(400);
    assert.equal(server.transports.length, 2);
    server.last.end(cut());
    await until(() => connection.state.name === 'waiting');
    for (let i = 0; i < 10; i += 1) connection.nudge();
    assert.equal(server.transports.length, 2);
    connection.setNetwork(false); // attempts by themselves are a minute apart now
    server.last.end(cut());
    await clock.advance(700);
    server.last.end(cut());
    await until(() => connection.state.name === 'waiting');
    const before = server.transports.length;
    await clock.advance(2_000);
    connection.nudge();
    connection.nudge();
    assert.equal(server.transports.length, before + 1);
  });

  test('the person who signs out is not signed in again', async () => {
    await connection.start();
    connection.stop();
    await clock.advance(120_000);
    assert.equal(server.transports.length, 1);
    connection.send(message('m1'));
    assert.equal(connection.state.name, 'ended');
  });
});

describe('a path that went dead without a word', () => {
  test('is noticed by an acknowledgement that does not come', async () => {
    await connection.start();
    connection.send(message('m1'));
    await clock.advance(100);
    assert.equal(server.sentNames().at(-1), 'r');
    await clock.advance(8_000);
    assert.ok(server.transports[0].closed);
    assert.notEqual(connection.state.name, 'online');
  });

  test('is noticed sooner when somebody comes back to the page', async () => {
    await connection.start();
    connection.send(message('m1'));
    await clock.advance(100);
    connection.wake();
    await clock.advance(3_000);
    assert.ok(server.transports[0].closed);
  });

  test('makes the page careful about going away, once it has not answered for a while', async () => {
    await connection.start();
    connection.send(message('m1'));
    await clock.advance(1_000);
    assert.equal(connection.owes, false);
    await clock.advance(1_500);
    assert.equal(connection.owes, true);
    server.last.receive(`<a xmlns='${SM}' h='1'/>`);
    assert.equal(connection.owes, false);
  });

  test('is noticed when idle, while one that answers is kept', async () => {
    await connection.start();
    server.answers.r = () => `<a xmlns='${SM}' h='0'/>`;
    await clock.advance(300_000);
    assert.equal(server.transports.length, 1);
    server.answers.r = () => '';
    await clock.advance(60_000);
    assert.ok(server.transports[0].closed);
  });

  test('a counter the server cannot have ends the session but loses no message', async () => {
    await connection.start();
    connection.send(message('m1'));
    server.last.receive(`<a xmlns='${SM}' h='9'/>`);
    await reconnect();
    assert.deepEqual(events_of('ready')[1].lost.map(({ attrs }) => attrs.id), ['m1']);
  });
});

describe('a better way to the server', () => {
  test('takes the session along at once, with what was not received yet', async () => {
    await connection.start();
    connection.send(message('m1'));
    server.answers.resume = () => `<resumed xmlns='${SM}' previd='s1' h='0'/>`;
    server.last.emit('better');
    assert.equal(connection.state.name, 'connecting');
    connection.send(message('m2'));
    await online();
    assert.deepEqual([server.transports.length, server.transports[0].closed], [2, true]);
    assert.deepEqual(server.sentNames(), ['auth', 'resume', 'm1', 'm2']);
    assert.deepEqual(events_of('ready').map(({ resumed }) => resumed), [false, true]);
  });

  test('is left alone when the session would be lost on the way', async () => {
    server.answers.enable = () => `<failed xmlns='${SM}'/>`;
    await connection.start();
    server.last.emit('better');
    await clock.advance(5_000);
    assert.deepEqual([server.transports.length, connection.state.name], [1, 'online']);
  });
});

test('the page that goes away tells the wire, after what it has', async () => {
  await connection.start();
  server.last.receive(`<presence xmlns='jabber:client'/>`);
  let left = '';
  server.last.leave = () => (left = server.last.sent.at(-1));
  connection.leave();
  assert.deepEqual([left.name, left.attrs.h], ['a', '1']);
});

test('what is said without a connection is owed until it can be sent, and nothing else is', async () => {
  await connection.start();
  connection.send(message('m1'));
  assert.equal(connection.owes, false);
  server.last.end(cut());
  assert.equal(connection.owes, true);
  connection.stop();
  assert.equal(connection.owes, false);
});

test('requests for an acknowledgement are answered with what was received', async () => {
  await connection.start();
  server.last.receive(`<presence xmlns='jabber:client'/>`);
  server.last.receive(`<r xmlns='${SM}'/>`);
  assert.equal(server.last.sent.at(-1).attrs.h, '1');
});

test('client state is told when it changes, and again after a reconnection', async () => {
  await connection.start();
  connection.setActive(false);
  assert.equal(server.sentNames().at(-1), 'inactive');
  server.answers.resume = () => `<resumed xmlns='${SM}' previd='s1' h='0'/>`;
  server.last.end(cut());
  await reconnect();
  assert.equal(server.sentNames().at(-1), 'inactive');
});

test('backoff doubles to a bound and is spread by chance', () => {
  assert.deepEqual([0, 1, 2, 20].map((attempt) => backoff(attempt, 0)), [250, 500, 1000, 30_000]);
  assert.equal(backoff(20, 0.999), 59_970);
  assert.equal(nextAttempt({ retry: false }, { attempt: 0, random: 0, networkUp: true }), null);
  assert.equal(nextAttempt({ retry: true }, { attempt: 0, random: 0, networkUp: false }), 60_000);
});
