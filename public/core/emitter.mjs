// Named events between modules. One listener's failure never keeps the others from hearing.

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
