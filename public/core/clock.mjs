// The time and the timers of the host. Everything else takes them as a parameter, so that tests own time.

/**
 * @typedef {{
 *   now(): number,
 *   after(ms: number, action: () => void): () => void,
 *   random(): number,
 * }} Clock
 */

/** @type {Clock} */
export const systemClock = {
  now: () => Date.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

/**
 * The promise's value, or `failure()` thrown when it takes longer than `ms`.
 * @template T
 * @param {Clock} clock @param {number} ms @param {Promise<T>} promise @param {() => Error} failure
 * @returns {Promise<T>}
 */
export function within(clock, ms, promise, failure) {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(failure()));
    promise.then(resolve, reject).finally(cancel);
  });
}
