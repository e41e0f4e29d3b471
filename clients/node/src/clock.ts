import type { Admin, Schemas } from "./admin.js";

/** A tenant's time. Every move happens on the server and returns the jobs that ran on the way. */
export class Clock {
  readonly #admin: Admin;
  readonly #path: string;

  constructor(admin: Admin, tenant: string) {
    this.#admin = admin;
    this.#path = `${tenant}/clock`;
  }

  /** The moment it is for the vendor, RFC 3339 in UTC. */
  async now(): Promise<string> {
    return (await this.#admin.get<Schemas["Clock"]>(this.#path)).now;
  }

  /** The jobs that are planned, each with its moment. */
  async due(): Promise<Schemas["Clock"]["due"]> {
    return (await this.#admin.get<Schemas["Clock"]>(this.#path)).due;
  }

  /** Go on by an ISO 8601 duration: `P1D`, `PT30M`. */
  async advance(duration: string): Promise<Schemas["Moved"]> {
    return this.#admin.post<Schemas["Moved"]>(this.#path, { advance: duration });
  }

  /** Go to a later moment, RFC 3339 with an offset. */
  async to(moment: string | Date): Promise<Schemas["Moved"]> {
    const text = typeof moment === "string" ? moment : moment.toISOString();
    return this.#admin.post<Schemas["Moved"]>(this.#path, { to: text });
  }

  /** Go to the next job of a name and run it: `ingest` is FANSHIP's. */
  async toNext(job: string): Promise<Schemas["Moved"]> {
    return this.#admin.post<Schemas["Moved"]>(this.#path, { to_next: job });
  }
}
