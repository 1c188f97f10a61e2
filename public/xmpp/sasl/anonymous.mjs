// ANONYMOUS (RFC 4505), for guests: says nothing about who it is.

export class Anonymous {
  mechanism = 'ANONYMOUS';
  keys = null;

  first() {
    return ''; // no trace information
  }

  /** A server that asks for the trace information by a challenge gets none either. */
  async answer() {
    return '';
  }

  verify() {}
}
