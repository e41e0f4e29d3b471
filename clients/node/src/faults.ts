import type { Admin, Schemas } from "./admin.js";

/** Faults of a tenant: the vendor's error responses by name, or transport faults. docs/faults.md lists them. */
export class Faults {
  readonly #admin: Admin;
  readonly #path: string;

  constructor(admin: Admin, tenant: string) {
    this.#admin = admin;
    this.#path = `${tenant}/faults`;
  }

  /** Plan a fault: `plan({ effect: "lost-response", operation: "createOrder", count: 1 })`. */
  async plan(fault: Schemas["Fault"]): Promise<void> {
    await this.#admin.post(this.#path, fault);
  }

  /** The planned faults, each with the number of calls that it matched. */
  async planned(): Promise<Schemas["Faults"]["planned"]> {
    return (await this.#admin.get<Schemas["Faults"]>(this.#path)).planned;
  }

  /** The faults that have fired, each with the number of its exchange. */
  async fired(): Promise<Schemas["Faults"]["fired"]> {
    return (await this.#admin.get<Schemas["Faults"]>(this.#path)).fired;
  }

  /** Remove all planned faults. */
  async clear(): Promise<void> {
    await this.#admin.delete(this.#path);
  }
}
