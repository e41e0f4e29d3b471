import type { Admin, Schemas } from "./admin.js";

/** A tenant's clock. Each method that moves it returns the jobs that ran. */
export class Clock {
  readonly #admin: Admin;
  readonly #path: string;

  constructor(admin: Admin, tenant: string) {
    this.#admin = admin;
    this.#path = `${tenant}/clock`;
  }

  /** The vendor's time, RFC 3339 in UTC. */
  async now(): Promise<string> {
    return (await this.#admin.get<Schemas["Clock"]>(this.#path)).now;
  }

  /** The planned jobs, each with its time. */
  async due(): Promise<Schemas["Clock"]["due"]> {
    return (await this.#admin.get<Schemas["Clock"]>(this.#path)).due;
  }

  /** Advance by an ISO 8601 duration: `P1D`, `PT30M`. */
  async advance(duration: string): Promise<Schemas["Moved"]> {
    return this.#admin.post<Schemas["Moved"]>(this.#path, { advance: duration });
  }

  /** Move to a later time, RFC 3339 with an offset. */
  async to(moment: string | Date): Promise<Schemas["Moved"]> {
    const text = typeof moment === "string" ? moment : moment.toISOString();
    return this.#admin.post<Schemas["Moved"]>(this.#path, { to: text });
  }

  /** Move to the next job with this name and run it; `ingest` is a job of FANSHIP. */
  async toNext(job: string): Promise<Schemas["Moved"]> {
    return this.#admin.post<Schemas["Moved"]>(this.#path, { to_next: job });
  }
}
