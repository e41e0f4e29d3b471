/** The base class of all errors of this package. */
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

/** The verdict fails, for example because of a loss. The message is the verdict's table. */
export class LossError extends MockserversError {
  override name = "LossError";
}
