// Are we still in the room? Rooms forget people whose connection broke, and say nothing. Asks ourselves through the room
// (XEP-0410) after every resumption and when a room was silent for long, and enters again when the answer is no, or when it
// could not be entered for a while.

import { PING } from '../xmpp/ns.mjs';
import { el } from '../xmpp/xml.mjs';

const SILENCE = 10 * 60_000;
const LOOK = 60_000; // how often silence is looked for
// Section 3.3: what these say is that our request reached ourselves, or that nobody knows.
const STAYS = new Set(['service-unavailable', 'feature-not-implemented', 'item-not-found', 'remote-server-not-found', 'remote-server-timeout', 'session-lost']);

/**
 * @param {Router} router @param {Rooms} rooms
 */
export function startSelfPing(router, rooms) {
  /** @param {Room} room */
  const check = async (room) => {
    room.heard = router.clock.now();
    try {
      await router.ask('get', el('ping', { xmlns: PING }), room.address);
    } catch (error) {
      const { condition = '' } = /** @type {any} */ (error);
      if (STAYS.has(condition) || room.state !== 'in') return;
      await rooms.join(room.jid, room.nick, room.password).catch(() => {});
    }
  };
  const inside = () => [...rooms.all.values()].filter(({ state }) => state === 'in');
  const look = () => {
    router.clock.after(LOOK, look);
    if (!router.connection.online) return;
    for (const room of inside()) if (router.clock.now() - room.heard >= SILENCE) void check(room);
    for (const room of rooms.all.values()) if (room.passing) rooms.join(room.jid, room.nick, room.password).catch(() => {});
  };
  router.connection.on('ready', ({ resumed }) => {
    if (resumed) for (const room of inside()) void check(room);
  });
  router.clock.after(LOOK, look);
}
