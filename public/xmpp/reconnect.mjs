// When to try again after a connection was lost. Pure arithmetic; connection.mjs acts on it.

const FIRST = 500;
const MOST = 60_000;

/**
 * Milliseconds to wait before attempt number `attempt` (0: the first after a loss). Each wait doubles, and only
 * its upper half is certain, so that thousands of pages do not return in the same instant.
 * @param {number} attempt @param {number} random in 0..<1
 */
export function backoff(attempt, random) {
  const ceiling = Math.min(MOST, FIRST * 2 ** Math.min(attempt, 16));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}

/**
 * Whether to try again by itself, and when. Without a network only its return (or a rare look) counts.
 * @param {{ retry: boolean }} failure @param {{ attempt: number, random: number, networkUp: boolean }} state
 * @returns {number | null} null: give up, the person has to act
 */
export function nextAttempt(failure, { attempt, random, networkUp }) {
  if (!failure.retry) return null;
  return networkUp ? backoff(attempt, random) : MOST;
}
