// What all layers stand on: the one failure type a person sees, the host's clock that bounds every wait, named events.
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

/** @typedef {typeof systemClock} Clock over: signed out; what was planned does not happen */

export const systemClock = {
  over: false,
  now: () => Date.now(),
  /** @param {number} ms @param {() => void} action @returns {() => void} takes it back */
  after(ms, action) {
    const timer = setTimeout(() => systemClock.over || action(), ms);
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

/** Named events between modules. One listener's failure never keeps the others from hearing. */
export class Emitter {
  /** @type {Map<string, Set<(detail: any) => void>>} */
  #listeners = new Map();

  /**
   * @param {string} event
   * @param {(detail: any) => void} listener
   * @returns {() => void} takes the listener off again
   */
  on(event, listener) {
    const set = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, set.add(listener));
    return () => set.delete(listener);
  }

  /** @param {string} event @param {any} [detail] */
  emit(event, detail) {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      try {
        listener(detail);
      } catch (error) {
        globalThis.reportError ? globalThis.reportError(error) : console.error(error);
      }
    }
  }
}
