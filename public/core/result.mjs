// What may go wrong or take too long: the one failure type a person sees, and the host's clock that bounds every wait.
// Everything takes the clock as a parameter, so that tests own time.

/** `code` names a text in i18n (error.CODE and error.CODE.next). */
export class Failure extends Error {
  /**
   * @param {string} code
   * @param {{ detail?: string, retry?: boolean, cause?: unknown }} more
   *   retry: trying again later, without the person, can help
   */
  constructor(code, { detail = '', retry = false, cause } = {}) {
    super(detail ? `${code}: ${detail}` : code, { cause });
    this.name = 'Failure';
    this.code = code;
    this.detail = detail;
    this.retry = retry;
  }
}

/** @param {unknown} error @returns {Failure} */
export function asFailure(error) {
  return error instanceof Failure ? error : new Failure('internal', { detail: String(error), cause: error });
}

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
