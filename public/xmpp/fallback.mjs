// BOSH in place of a WebSocket that does not get through: remembers that for a while, across page loads, and meanwhile
// tries the WebSocket again beside it.

import { BoshTransport } from './transport-bosh.mjs';
import { BLOCKED_KEY, blocked, LONGEST_MEMORY, SOCKET_LIMIT, WebSocketTransport } from './transport-ws.mjs';

const FIRST_MEMORY = 60_000;

/** A Transport (transport.mjs). */
export class BoshFallback extends BoshTransport {
  /** @type {import('./transport.mjs').StreamTarget} */
  #target = { to: '' };
  #cancel = () => {};
  #over = false;

  /**
   * @param {import('./transport-ws.mjs').Endpoints} endpoints @param {import('./transport-ws.mjs').Host} host
   * @param {boolean} socketFailed whether it just did, so that BOSH is here for that alone
   */
  constructor(endpoints, host, socketFailed) {
    super(endpoints.bosh, host);
    this.socket = endpoints.websocket;
    this.all = host;
    if (!this.socket) return;
    this.on('open', () => {
      if (socketFailed) this.#remember();
      this.#lookLater();
    });
    this.on('close', () => {
      this.#over = true;
      this.#cancel();
    });
  }

  /** @param {import('./transport.mjs').StreamTarget} target */
  open(target) {
    this.#target = target;
    super.open(target);
  }

  /** Twice as long each time. */
  #remember() {
    const { storage, clock } = this.all;
    const times = Math.min(blocked(this.all).times + 1, 99);
    storage.setItem(BLOCKED_KEY, `${times} ${clock.now() + Math.min(LONGEST_MEMORY, FIRST_MEMORY * 2 ** (times - 1))}`);
  }

  #lookLater() {
    const { clock } = this.all;
    this.#cancel = clock.after(Math.max(FIRST_MEMORY, blocked(this.all).until - clock.now()), () => this.#look());
  }

  /** Only a stream that the server opened tells that a WebSocket gets through: some proxies let the handshake pass and no more. */
  #look() {
    const socket = new WebSocketTransport(this.socket, this.all, SOCKET_LIMIT);
    let works = false;
    this.#cancel = () => socket.abort();
    socket.on('open', () => {
      works = true;
      socket.close();
    });
    socket.on('close', () => {
      if (this.#over) return;
      if (works) {
        this.all.storage.removeItem(BLOCKED_KEY);
        this.emit('better');
      } else {
        this.#remember();
        this.#lookLater();
      }
    });
    socket.open(this.#target);
  }
}
