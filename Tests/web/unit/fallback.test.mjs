import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { FallbackTransport } from '../../../public/xmpp/transport-ws.mjs';
import { BoshModel } from './bosh-model.mjs';
import { ManualClock, MemoryStorage, settle, until } from './support.mjs';

const FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
const BOTH = { websocket: 'ws://edge.test/ws', bosh: 'http://edge.test/http-bind' };
let clock, model, storage, sockets, path, transport, events;

/** How WebSockets fare: 'works', 'refused', 'swallowed' or 'deaf' (the handshake passes and no more). */
class Socket {
  readyState = 0;
  sent = [];
  constructor(url) {
    this.url = url;
    sockets.push(this);
    queueMicrotask(() => {
      if (path === 'refused') return this.end(1006);
      if (path === 'swallowed') return undefined;
      this.readyState = 1;
      return this.onopen?.();
    });
  }
  send(text) {
    this.sent.push(text);
    const answer = { o: `<open xmlns='${FRAMING}' from='edge.test'/>`, c: `<close xmlns='${FRAMING}'/>` }[text[1]];
    if (path === 'works' && answer) queueMicrotask(() => this.onmessage?.({ data: answer }));
    if (path === 'stranger') queueMicrotask(() => this.onmessage?.({ data: `<stream:error xmlns:stream='http://etherx.jabber.org/streams'><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>` }));
    if (path === 'stranger') queueMicrotask(() => this.onmessage?.({ data: `<close xmlns='${FRAMING}'/>` }));
  }
  close(code = 1000) {
    this.end(code);
  }
  end(code) {
    if (this.readyState === 3) return;
    this.readyState = 3;
    queueMicrotask(() => this.onclose?.({ code, reason: '' }));
  }
}

const attempt = async (endpoints = BOTH) => {
  transport = new FallbackTransport(endpoints, { clock, fetch: model.fetch, beacon: model.beacon, WebSocket: Socket, storage });
  events = [];
  for (const name of ['open', 'element', 'close', 'better']) {
    transport.on(name, (detail) => events.push(name === 'close' ? (detail.failure?.code ?? 'goodbye') : name));
  }
  transport.open({ to: 'edge.test' });
  await settle();
  await settle();
};
const opened = () => until(() => events.includes('open'));

beforeEach(() => {
  clock = new ManualClock();
  model = new BoshModel(clock);
  storage = new MemoryStorage();
  sockets = [];
  path = 'works';
});

describe('the way to the server', () => {
  test('is the WebSocket where that works', async () => {
    await attempt();
    assert.deepEqual([events, sockets.length, model.attempts.length], [['open'], 1, 0]);
    transport.close();
    await settle();
    assert.deepEqual(events, ['open', 'goodbye']);
  });

  for (const [way, wait] of [['refused', 0], ['swallowed', 5_000], ['deaf', 5_000]]) {
    test(`is BOSH where WebSockets are ${way}`, async () => {
      path = way;
      await attempt();
      await clock.advance(wait);
      await opened();
      assert.deepEqual([events, sockets.length], [['open', 'element'], 1]);
      transport.close();
      await settle();
      assert.deepEqual(events.at(-1), 'goodbye');
    });
  }

  test('that did not work is not tried for a while, longer each time, and across page loads', async () => {
    path = 'refused';
    const spans = [];
    for (let round = 0; round < 12; round += 1) {
      await attempt();
      await opened();
      transport.abort();
      const [, until_] = storage.getItem('edge.bosh').split(' ');
      spans.push((Number(until_) - clock.now()) / 60_000);
      const before = sockets.length;
      await attempt();
      await opened();
      assert.equal(sockets.length, before);
      transport.abort();
      await clock.advance(Number(until_) - clock.now());
    }
    assert.deepEqual(spans, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]);
  });

  test('is forgotten to be closed by one WebSocket that works', async () => {
    storage.setItem('edge.bosh', `7 ${clock.now()}`);
    await attempt();
    assert.deepEqual([storage.getItem('edge.bosh'), events], [null, ['open']]);
  });

  test('is tried although it was closed when BOSH does not work either', async () => {
    storage.setItem('edge.bosh', `3 ${clock.now() + 60_000}`);
    model.fault = () => 404;
    await attempt();
    await opened();
    assert.deepEqual([model.attempts.length, sockets.length, storage.getItem('edge.bosh')], [1, 1, null]);
  });

  test('is unknown while the whole service is away: nothing is remembered', async () => {
    path = 'refused';
    model.fault = () => 503;
    await attempt();
    await until(() => events.length > 0);
    assert.deepEqual([events, storage.getItem('edge.bosh')], [['connect-failed'], null]);
  });

  test('is not changed for what somebody at its end says', async () => {
    path = 'stranger';
    await attempt();
    await until(() => events.length > 0);
    await clock.advance(5_000);
    assert.deepEqual([events, model.attempts.length], [['host-unknown'], 0]);
  });

  test('is the only one there is', async () => {
    await attempt({ websocket: '', bosh: BOTH.bosh });
    await opened();
    assert.deepEqual([sockets.length, storage.getItem('edge.bosh')], [0, null]);
    path = 'refused';
    await attempt({ websocket: BOTH.websocket, bosh: '' });
    assert.deepEqual([events, model.attempts.length], [['connect-failed'], 2]);
  });

  for (const nonsense of ['x', '1', '1 99999999999999', '-1 5', '{}']) {
    test(`is WebSocket when what is remembered makes no sense: ${nonsense}`, async () => {
      storage.setItem('edge.bosh', nonsense);
      await attempt();
      assert.deepEqual([sockets.length, events], [1, ['open']]);
    });
  }

  test('is given up while it is still looked for', async () => {
    path = 'swallowed';
    await attempt();
    transport.close();
    await clock.advance(60_000);
    assert.deepEqual([events, model.attempts.length], [['connection-lost'], 0]);
  });
});

describe('while BOSH is used', () => {
  beforeEach(async () => {
    path = 'refused';
    await attempt();
    await opened();
  });

  test('WebSocket is tried beside it, and a better way is told only when a stream opens', async () => {
    await clock.advance(60_000);
    assert.deepEqual([sockets.length, events.includes('better')], [2, false]);
    path = 'deaf';
    await clock.advance(120_000 + 5_000);
    assert.deepEqual([sockets.length, events.includes('better')], [3, false]);
    path = 'works';
    await clock.advance(240_000);
    assert.deepEqual([sockets.length, events.at(-1), storage.getItem('edge.bosh')], [4, 'better', null]);
    assert.ok(sockets[3].sent.some((text) => text.startsWith('<close')));
    await clock.advance(86_400_000);
    assert.equal(sockets.length, 4);
  });

  test('nothing is tried any more once it ended', async () => {
    transport.abort();
    path = 'works';
    await clock.advance(86_400_000);
    assert.equal(sockets.length, 1);
  });

  test('a try that is under way ends with it', async () => {
    path = 'swallowed';
    await clock.advance(60_000);
    transport.abort();
    assert.deepEqual([sockets.length, sockets[1].readyState], [2, 3]);
  });

  test('the page that goes away says goodbye over it', () => {
    transport.leave();
    assert.deepEqual(model.beacons.map(({ body }) => body.attrs.type), [undefined, 'terminate']);
    assert.deepEqual(events.at(-1), 'connection-lost');
  });
});
