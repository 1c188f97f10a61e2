// The one failure type a person may see. `code` names a text in i18n (error.CODE and error.CODE.next).

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
