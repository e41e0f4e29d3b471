/** The root of everything that this package throws at its user. */
export class MockserversError extends Error {
  override name = "MockserversError";
}

/** The server did not start, or does not answer. */
export class ServerUnavailable extends MockserversError {
  override name = "ServerUnavailable";
}

/** The admin API refused a call. `status` is its HTTP status, the message says what is wrong and how to fix it. */
export class AdminError extends MockserversError {
  override name = "AdminError";

  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail);
  }
}

/** Something that was sent was lost, or something else fails the test: the message is the verdict's table. */
export class LossError extends MockserversError {
  override name = "LossError";
}
