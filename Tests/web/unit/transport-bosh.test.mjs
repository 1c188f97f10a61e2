import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { BoshTransport } from '../../../public/xmpp/transport-bosh.mjs';
import { el } from '../../../public/xmpp/xml.mjs';
import { BoshModel } from './bosh-model.mjs';
import { ManualClock, settle } from './support.mjs';

const STREAM_ERROR = 'urn:ietf:params:xml:ns:xmpp-streams';
let clock, model, transport, elements, closes, opens;

const make = () => {
  transport = new BoshTransport('http://edge.test/http-bind', { clock, fetch: model.fetch, beacon: model.beacon });
  elements = [];
  closes = [];
  opens = [];
  transport.on('element', (element) => elements.push(element));
  transport.on('close', ({ failure }) => closes.push(failure));
  transport.on('open', (attributes) => opens.push(attributes));
};

const open = async () => {
  transport.open({ to: 'edge.test', lang: 'en' });
  await settle();
};

const message = (id) => el('message', { id: String(id), to: 'bob@edge.test' }, el('body', {}, `text ${id}`));
const push = (id) => model.push(`<message xmlns='jabber:client' id='${id}'/>`);
const ids = (list) => list.filter(({ name }) => name === 'message').map(({ attrs }) => attrs.id);
const last = () => model.attempts[model.attempts.length - 1];
const failures = () => closes.map((failure) => failure && [failure.code, failure.retry]);

beforeEach(() => {
  clock = new ManualClock();
  model = new BoshModel(clock);
  make();
});

describe('a session', () => {
  test('asks for one held request of a minute, opens, and then always has one request waiting', async () => {
    await open();
    const [first] = model.attempts;
    assert.deepEqual({ ...first.body.attrs, rid: '' }, { rid: '', to: 'edge.test', 'xml:lang': 'en', wait: '60', hold: '1', ver: '1.11', '{urn:xmpp:xbosh}version': '1.0' });
    assert.deepEqual([first.method, first.url], ['POST', 'http://edge.test/http-bind']);
    assert.deepEqual(opens.map(({ from, id, version }) => [from, id, version]), [['edge.test', 'stream-1', '1.0']]);
    assert.deepEqual(elements.map(({ name }) => name), ['features']);
    assert.equal(model.holding, 1);
    assert.deepEqual([model.attempts.length, last().body.attrs.sid, last().rid], [2, 's1', first.rid + 1]);
    await clock.advance(60_000);
    assert.deepEqual([model.attempts.length, model.holding], [3, 1]);
  });

  test('begins with a number nobody can guess that leaves room to count', async () => {
    const seen = new Set();
    for (let i = 0; i < 100; i += 1) {
      model = new BoshModel(clock);
      make();
      transport.open({ to: 'edge.test' });
      assert.ok(model.attempts[0].rid >= 1 && model.attempts[0].rid < 2 ** 53 - 2 ** 31);
      seen.add(model.attempts[0].rid);
    }
    assert.equal(seen.size, 100);
  });

  test('sends at once what is written in one go, in one body, and what comes while both requests are out in the next', async () => {
    await open();
    model.delay = () => 50;
    transport.send(message(1));
    transport.send(message(2));
    await settle();
    assert.deepEqual(ids(last().body.children), ['1', '2']);
    transport.send(message(3));
    await settle();
    transport.send(message(4));
    await settle();
    assert.equal(model.attempts.length, 3);
    await clock.advance(50);
    assert.deepEqual(ids(last().body.children), ['3', '4']);
    assert.deepEqual(model.violations, []);
  });

  test('restarts the stream in a request of its own, in its place among the others', async () => {
    await open();
    transport.send(message(1));
    transport.restart();
    transport.send(message(2));
    await settle();
    const seen = model.attempts.slice(2).map(({ body }) => body.attrs['{urn:xmpp:xbosh}restart'] ?? ids(body.children).join());
    assert.deepEqual(seen.filter(Boolean), ['1', 'true', '2']);
    assert.deepEqual(model.violations, []);
  });

  test('cuts a flood into bodies of bounded size', async () => {
    await open();
    for (let i = 0; i < 40; i += 1) transport.send(el('message', { id: `${i}` }, el('body', {}, 'x'.repeat(10_000))));
    await settle();
    assert.deepEqual(ids(model.received), Array.from({ length: 40 }, (_, i) => `${i}`));
    assert.ok(Math.max(...model.attempts.map(({ text }) => text.length)) < 80_000);
    assert.deepEqual(model.violations, []);
  });

  test('that holds nothing is asked at the pace it names', async () => {
    model.terms = { ...model.terms, wait: 0, hold: 0, requests: 1, polling: 3 };
    await open();
    const at = () => model.attempts.length;
    assert.equal(at(), 1);
    await clock.advance(2_999);
    assert.equal(at(), 1);
    await clock.advance(1);
    assert.equal(at(), 2);
    transport.send(message(1));
    await settle();
    assert.equal(at(), 3);
    await clock.advance(9_000);
    assert.equal(at(), 6);
  });
});

describe('on a bad path', () => {
  for (const [name, fault] of [['a connection that breaks', 'lose'], ['a proxy without its backend', 502],
    ['a proxy that asks for patience', 429], ['somebody else\'s page', '<html><body>Please pay</body></html>']]) {
    test(`after ${name} the same bytes go out again under the same number`, async () => {
      await open();
      let faults = 2;
      model.fault = () => (faults-- > 0 ? fault : undefined);
      transport.send(message(1));
      await settle();
      await clock.advance(2_000);
      const tries = model.attempts.filter(({ body }) => ids(body.children).length > 0);
      assert.equal(tries.length, 3);
      assert.deepEqual(new Set(tries.map(({ text }) => text)).size, 1);
      assert.deepEqual(ids(model.received), ['1']);
      assert.deepEqual([model.violations, closes], [[], []]);
    });
  }

  test('an answer that was lost on the way is given again, and counts once', async () => {
    await open();
    const { rid } = last();
    let faults = 3;
    model.fault = () => (faults-- > 0 ? 'cut' : undefined);
    await clock.advance(60_000); // the request that is held now was sent before
    push('a');
    await settle();
    assert.deepEqual(ids(elements), []);
    await clock.advance(3_000);
    assert.deepEqual(model.attempts.slice(2).map((one) => one.rid - rid), [1, 1, 1, 1, 2]);
    assert.deepEqual(ids(elements), ['a']);
    assert.deepEqual(model.violations, []);
  });

  test('answers that overtake each other are put in order', async () => {
    await open();
    model.delay = ({ body }) => (body.children.length === 0 ? 500 : 0);
    push('a');
    model.handle = ({ children }) => children.length > 0 && push('b');
    transport.send(message(1));
    await settle();
    assert.deepEqual(ids(elements), []);
    await clock.advance(500);
    assert.deepEqual(ids(elements), ['a', 'b']);
  });

  test('an answer that a later one overtook by far is asked for again', async () => {
    await open();
    model.delay = ({ body }) => (body.children.length === 0 ? 10_000_000 : 0);
    push('a');
    await settle();
    model.delay = () => 0;
    transport.send(message(1));
    push('b');
    await settle();
    assert.deepEqual(ids(elements), []);
    await clock.advance(2_000);
    assert.deepEqual(ids(elements), ['a', 'b']);
    assert.deepEqual(model.violations, []);
  });

  test('a request without an answer long after its time is sent again', async () => {
    await open();
    const { rid } = last();
    model.delay = () => 10_000_000;
    await clock.advance(64_999);
    assert.deepEqual([last().rid, model.attempts.length], [rid, 2]);
    await clock.advance(300);
    assert.deepEqual([last().rid, model.attempts.length], [rid, 3]);
  });

  test('a recoverable error has that request and those before it sent again', async () => {
    await open();
    const held = last().rid;
    let once = true;
    model.fault = ({ body }) => {
      if (!once || body.children.length === 0) return undefined;
      once = false;
      return `<body xmlns='http://jabber.org/protocol/httpbind' type='error'/>`;
    };
    transport.send(message(1));
    await settle();
    await clock.advance(300);
    assert.deepEqual(model.attempts.slice(1).map(({ rid }) => rid - held), [0, 1, 0, 1]);
    assert.deepEqual(ids(model.received), ['1']);
    assert.deepEqual(closes, []);
  });

  test('the session is given up when the server must have forgotten it, and not before', async () => {
    await open();
    model.fault = () => 503;
    transport.send(message(1));
    await settle();
    await clock.advance(59_000);
    assert.deepEqual(closes, []);
    assert.ok(model.attempts.length < 20, `${model.attempts.length}`);
    await clock.advance(9_000);
    assert.deepEqual(failures(), [['connection-lost', true]]);
    const { length } = model.attempts;
    await clock.advance(600_000);
    assert.equal(model.attempts.length, length);
  });

  // Losses of requests and of answers, foreign errors and delays by chance, with stanzas both ways all the time.
  test('whatever is lost, everything arrives once and in order both ways', async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      let state = seed * 2654435761 % 2 ** 32;
      const random = () => ((state = (state * 1664525 + 1013904223) % 2 ** 32) / 2 ** 32);
      clock = new ManualClock();
      model = new BoshModel(clock);
      make();
      await open();
      const badness = 0.2 + 0.5 * random();
      model.fault = () => (random() < badness ? ['lose', 'cut', 502, '<html/>'][Math.floor(random() * 4)] : undefined);
      model.delay = () => (random() < 0.3 ? Math.floor(random() * 4_000) : 0);
      let said = 0;
      let told = 0;
      for (let step = 0; step < 60; step += 1) {
        for (let n = Math.floor(random() * 3); n > 0; n -= 1) transport.send(message(said++));
        for (let n = Math.floor(random() * 3); n > 0; n -= 1) push(told++);
        await clock.advance(Math.floor(random() * 800));
      }
      model.fault = () => undefined;
      model.delay = () => 0;
      await clock.advance(80_000);
      const upTo = (count) => Array.from({ length: count }, (_, i) => String(i));
      assert.deepEqual(ids(model.received), upTo(said), `seed ${seed}`);
      assert.deepEqual(ids(elements), upTo(told), `seed ${seed}`);
      assert.deepEqual([model.violations, closes], [[], []], `seed ${seed}`);
    }
  });
});

describe('the end', () => {
  test('is said with what was still to be said, even when the window is full', async () => {
    await open();
    model.delay = () => 50;
    transport.send(message(1));
    await settle();
    transport.send(message(2));
    transport.close();
    transport.send(message(3));
    await clock.advance(100);
    assert.deepEqual(last().body.attrs.type, 'terminate');
    assert.deepEqual(ids(model.received), ['1', '2']);
    assert.deepEqual(closes, [null]);
    assert.deepEqual(model.violations, []);
  });

  test('does not wait for an answer for ever', async () => {
    await open();
    model.fault = () => 502;
    transport.close();
    await clock.advance(3_000);
    assert.deepEqual(closes, [null]);
    const { length } = model.attempts;
    await clock.advance(600_000);
    assert.equal(model.attempts.length, length);
  });

  test('of the page leaves a goodbye behind that no request has to carry', async () => {
    await open();
    const { rid } = last();
    transport.send(message(1));
    transport.leave();
    assert.deepEqual(model.beacons.map(({ body }) => [Number(body.attrs.rid) - rid, body.attrs.type, body.attrs.sid, ...ids(body.children)]),
      [[0, undefined, 's1'], [1, 'terminate', 's1', '1']]);
    await clock.advance(600_000);
    assert.equal(model.attempts.length, 2);
    transport.leave();
    assert.equal(model.beacons.length, 2);
  });

  for (const [name, lost] of [['the last request', 1], ['both requests', 2]]) {
    test(`of the page is understood although ${name} never arrived`, async () => {
      await open();
      push('a');
      model.fault = () => (lost === 2 ? 'lose' : undefined);
      await settle();
      model.fault = () => 'lose';
      transport.send(message(1));
      await settle();
      transport.send(message(2));
      const texts = model.attempts.slice(-2).map(({ text }) => text);
      transport.leave();
      assert.deepEqual(model.beacons.slice(0, 2).map(({ text }) => text), texts);
      assert.deepEqual(ids(model.received), ['1', '2']);
      assert.ok(model.over);
      assert.deepEqual(model.violations, []);
    });
  }

  test('of the page says goodbye even where there is no room for all last words', async () => {
    await open();
    const { rid } = last();
    model.delay = () => 50;
    transport.send(message(1));
    await settle();
    for (let i = 2; i <= 10; i += 1) transport.send(el('message', { id: `${i}` }, el('body', {}, 'x'.repeat(10_000))));
    transport.leave();
    assert.deepEqual(model.beacons.map((one) => one.rid - rid), [0, 1, 2]);
    assert.deepEqual(ids(model.received), ['1', '2', '3', '4', '5']);
    assert.ok(model.over);
    assert.deepEqual(model.violations, []);
  });

  test('without a goodbye leaves the session to the server', async () => {
    await open();
    transport.abort();
    await clock.advance(600_000);
    assert.deepEqual(failures(), [['connection-lost', true]]);
    assert.ok(!model.attempts.some(({ body }) => body.attrs.type === 'terminate'));
  });

  for (const [condition, code, retry] of [
    ['bad-request', 'bad-protocol', true], ['host-unknown', 'host-unknown', false], ['host-gone', 'host-gone', false],
    ['improper-addressing', 'host-unknown', false], ['internal-server-error', 'internal-server-error', true],
    ['item-not-found', 'connection-lost', true], ['other-request', 'connection-lost', true],
    ['policy-violation', 'policy-violation', false], ['remote-connection-failed', 'remote-connection-failed', true],
    ['see-other-uri', 'stream-error', false], ['system-shutdown', 'system-shutdown', true],
    ['undefined-condition', 'connection-lost', true], ['never-heard-of', 'connection-lost', true],
  ]) {
    test(`by ${condition} is ${code}`, async () => {
      await open();
      push('before');
      model.terminate(condition);
      await settle();
      assert.deepEqual(ids(elements), ['before']);
      assert.deepEqual(failures(), [[code, retry]]);
      const { length } = model.attempts;
      await clock.advance(600_000);
      assert.equal(model.attempts.length, length);
    });
  }

  test('by a stream error is what that says', async () => {
    await open();
    model.terminate('remote-stream-error', `<stream:error><conflict xmlns='${STREAM_ERROR}'/></stream:error>`);
    await settle();
    assert.deepEqual(failures(), [['conflict', false]]);
  });

  test('by the server without a reason is one like a goodbye', async () => {
    await open();
    model.terminate();
    await settle();
    assert.deepEqual(closes, [null]);
  });

  for (const status of [400, 403, 404, 413]) {
    test(`by HTTP ${status}, as old services say it, lets another session be tried`, async () => {
      await open();
      model.fault = () => status;
      transport.send(message(1));
      await settle();
      assert.deepEqual(failures(), [['connection-lost', true]]);
    });
  }

  test('by what is no XML, under the right name, is a fault of the service', async () => {
    await open();
    model.fault = () => `<body xmlns='http://jabber.org/protocol/httpbind'><message>`;
    transport.send(message(1));
    await settle();
    assert.deepEqual(failures(), [['bad-protocol', true]]);
  });
});

describe('a session that cannot begin', () => {
  for (const [name, answer, code, retry] of [
    ['a service that is full', `type='terminate' condition='policy-violation'`, 'resource-constraint', true],
    ['an unknown domain', `type='terminate' condition='host-unknown'`, 'host-unknown', false],
    ['a server behind it that is down', `type='terminate' condition='remote-connection-failed'`, 'remote-connection-failed', true],
    ['an answer without a name for it', '', 'bad-protocol', true],
  ]) {
    test(`because of ${name} says so`, async () => {
      model.firstAnswer = `<body xmlns='http://jabber.org/protocol/httpbind' ${answer}/>`;
      await open();
      assert.deepEqual(failures(), [[code, retry]]);
      await clock.advance(600_000);
      assert.equal(model.attempts.length, 1);
    });
  }

  test('because nothing is there says that, in time', async () => {
    model.fault = () => 404;
    await open();
    assert.deepEqual(failures(), [['connect-failed', true]]);
    make();
    model.fault = () => undefined;
    model.delay = () => 10_000_000;
    await open();
    await clock.advance(10_000);
    assert.deepEqual(failures(), [['timeout', true]]);
    make();
    await open();
    transport.close();
    assert.deepEqual(failures(), [['connection-lost', true]]);
  });
});
