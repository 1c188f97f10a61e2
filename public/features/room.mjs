// One room as we see it: who is in it, what they may do. Plain state; muc.mjs feeds it.

/** @typedef {{ nick: string, jid: string, role: string, affiliation: string, show: string, occupantId: string }} Occupant */

export class Room {
  name = '';
  subject = '';
  /** '' out, 'joining', 'in' */
  state = '';
  /** Why we are not in: a stanza error's condition, or kicked, banned, removed, gone. */
  trouble = '';
  archived = false;
  /** Kept for entering again. */
  password = '';
  /** When something last came from the room. */
  heard = 0;
  /** Whether the room names people for good, whatever nick they take (XEP-0421). */
  lastingIds = false;
  /** Id of the newest archived message we have. */
  newest = '';
  /**
   * By nick.
   * @type {Map<string, Occupant>}
   */
  occupants = new Map();

  /** @param {string} jid bare @param {string} nick */
  constructor(jid, nick) {
    this.jid = jid;
    this.nick = nick;
  }

  get self() {
    return this.occupants.get(this.nick) ?? null;
  }

  get address() {
    return `${this.jid}/${this.nick}`;
  }
}

/** @type {Record<string, number>} */
const RANK = { owner: 4, admin: 3, member: 2, none: 1, outcast: 0 };

/**
 * XEP-0045 section 5: moderators may kick those below them.
 * @param {Room} room @param {Occupant} other
 */
export const mayKick = ({ self }, other) =>
  self?.role === 'moderator' && self.nick !== other.nick && (RANK[self.affiliation] ?? 0) >= (RANK[other.affiliation] ?? 0) && RANK[other.affiliation] < 3;

/**
 * Admins and owners may ban.
 * @param {Room} room @param {Occupant} other
 */
export const mayBan = ({ self }, other) =>
  (RANK[self?.affiliation ?? ''] ?? 0) >= 3 && self?.nick !== other.nick && (RANK[self?.affiliation ?? ''] ?? 0) > (RANK[other.affiliation] ?? 0);
