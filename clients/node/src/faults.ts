import type { Admin, Schemas } from "./admin.js";

/** Faults of a tenant: the vendor's error responses by name, or effects on the wire. docs/faults.md lists them. */
export class Faults {
  readonly #admin: Admin;
  readonly #path: string;

  constructor(admin: Admin, tenant: string) {
    this.#admin = admin;
    this.#path = `${tenant}/faults`;
  }

  /** Plan one more: `plan({ effect: "lost-response", operation: "createOrder", count: 1 })`. */
  async plan(fault: Schemas["Fault"]): Promise<void> {
    await this.#admin.post(this.#path, fault);
  }

  /** Those that are planned, with how many calls each has met. */
  async planned(): Promise<Schemas["Faults"]["planned"]> {
    return (await this.#admin.get<Schemas["Faults"]>(this.#path)).planned;
  }

  /** Those that have fired, each with the number of its exchange. */
  async fired(): Promise<Schemas["Faults"]["fired"]> {
    return (await this.#admin.get<Schemas["Faults"]>(this.#path)).fired;
  }

  /** Plan none. */
  async clear(): Promise<void> {
    await this.#admin.delete(this.#path);
  }
}
