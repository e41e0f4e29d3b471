import type { components } from "./admin-api.js";
import type { Admin, Schemas } from "./admin.js";
import { Clock } from "./clock.js";
import { LossError } from "./errors.js";
import { Faults } from "./faults.js";

/** The credentials of the built-in vendors. */
export interface VendorCredentials {
  omnisegment: { readonly tid: string; readonly api_key: string };
  fanship: { readonly token: string };
  esputnik: { readonly api_key: string };
  zangsho: { readonly token: string };
}

/** The built-in vendors. A server may have others, from other distributions. */
export type Vendor = keyof VendorCredentials;

/** The credentials of a vendor: typed for those above, by name for others. */
export type CredentialsOf<V extends string> = V extends Vendor
  ? VendorCredentials[V]
  : Readonly<Record<string, string>>;

/** What fails: `silent` losses; `lost`: also reported losses; `at-risk`: also values at risk; `never`: nothing. */
export type Level = components["parameters"]["level"];

/** Documents by collection, with the vendor's own field names. */
export type State = Record<string, Record<string, unknown>[]>;

/** A fresh account with one vendor. Point the code under test at `url` and give it the `credentials`. */
export class Tenant<V extends string = string> {
  readonly id: string;
  readonly vendor: V;
  readonly url: string;
  readonly credentials: CredentialsOf<V>;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly #admin: Admin;
  readonly #shared: boolean;
  readonly #path: string;
  readonly #expected: string[] = [];

  /** For `MockServer.tenant`. `shared`: others use the server, too, and may have sent the calls that reach no tenant. */
  constructor(admin: Admin, made: Schemas["Tenant"], url: string, shared: boolean) {
    this.#admin = admin;
    this.#shared = shared;
    this.#path = `/tenants/${encodeURIComponent(made.id)}`;
    this.id = made.id;
    this.vendor = made.vendor as V;
    this.url = url;
    this.credentials = made.credentials as CredentialsOf<V>;
    this.clock = new Clock(admin, this.#path);
    this.faults = new Faults(admin, this.#path);
  }

  /** What the vendor holds. */
  async state(): Promise<State> {
    return this.#admin.get<State>(`${this.#path}/state`);
  }

  /** Replace the collections that are named; return the state. */
  async putState(state: State): Promise<State> {
    return this.#admin.put<State>(`${this.#path}/state`, state);
  }

  /** What became of every item: counts and findings. `settled`: as if every planned job had run. */
  async ledger(options: { silent?: boolean; settled?: boolean } = {}): Promise<Schemas["Ledger"]> {
    return this.#admin.get<Schemas["Ledger"]>(`${this.#path}/ledger`, options);
  }

  /** Requests and responses, oldest first. */
  async journal(): Promise<Schemas["Journal"]> {
    return this.#admin.get<Schemas["Journal"]>(`${this.#path}/journal`);
  }

  /** Send the call of an exchange again, byte for byte; return the new call. */
  async resend(exchange: number): Promise<Schemas["AnsweredCall"]> {
    return this.#admin.post<Schemas["AnsweredCall"]>(`${this.#path}/journal/${String(exchange)}/resend`);
  }

  /** The receiver of webhooks, and their deliveries. */
  async webhooks(): Promise<Schemas["Webhooks"]> {
    return this.#admin.get<Schemas["Webhooks"]>(`${this.#path}/webhooks`);
  }

  /** Send webhooks to a URL from now on; null sends none. */
  async putWebhooks(target: Schemas["WebhookTarget"]): Promise<Schemas["Webhooks"]> {
    return this.#admin.put<Schemas["Webhooks"]>(`${this.#path}/webhooks`, target);
  }

  /** Send the webhook with this id again, to the receiver that is set now. */
  async resendWebhook(webhook: string): Promise<Schemas["Webhooks"]> {
    const path = `${this.#path}/webhooks/${encodeURIComponent(webhook)}/resend`;
    return this.#admin.post<Schemas["Webhooks"]>(path);
  }

  /** The chosen reading of each rule that has readings. */
  async readings(): Promise<Schemas["Readings"]> {
    return this.#admin.get<Schemas["Readings"]>(`${this.#path}/readings`);
  }

  /** Choose readings; the others do not change. */
  async putReadings(readings: Record<string, string>): Promise<Schemas["Readings"]> {
    return this.#admin.put<Schemas["Readings"]>(`${this.#path}/readings`, readings);
  }

  /** Count calls against the vendor's rate limits: `observe`, `enforce` or `off`. */
  async putLimits(mode: "observe" | "enforce" | "off"): Promise<void> {
    await this.#admin.put(`${this.#path}/limits`, { mode });
  }

  /** Save the state. You can `rewind` to it repeatedly. */
  async checkpoint(name = "checkpoint"): Promise<{ readonly name: string; rewind: () => Promise<void> }> {
    await this.#admin.post(`${this.#path}/checkpoints`, { name });
    const path = `${this.#path}/checkpoints/${encodeURIComponent(name)}/rewind`;
    const rewind = async (): Promise<void> => {
      await this.#admin.post(path, {});
    };
    return { name, rewind };
  }

  /** Accept losses under these rules, given by their ids or by patterns such as `fanship.*`. */
  expectLoss(...rules: readonly string[]): void {
    this.#expected.push(...rules);
  }

  /** The failures, as JSON and as text: the same verdict as in pytest and `mockservers ledger`. */
  async verdict(level: Level = "silent"): Promise<Schemas["Verdict"]> {
    const expected = this.#expected.length > 0 ? this.#expected.join(",") : undefined;
    return this.#admin.get<Schemas["Verdict"]>(`${this.#path}/verdict`, { level, expected, calls: !this.#shared });
  }

  /** Throw a `LossError` with the verdict's table if anything fails. On a mutant of `mockservers mutate`, nothing fails. */
  async check(level: Level = "silent"): Promise<void> {
    if (process.env["MOCKSERVERS_MUTANT"] !== undefined) return;
    const verdict = await this.verdict(level);
    if (!verdict.failed) return;
    const rule = verdict.failures.flatMap((failure) => failure.rows).find((row) => row.rule !== "")?.rule;
    const advice =
      rule === undefined ? [] : [`Expected? Say so before the end of the test: tenant.expectLoss("${rule}")`];
    throw new LossError([verdict.text, ...advice].join("\n"));
  }

  /** Delete the tenant. */
  async close(): Promise<void> {
    await this.#admin.delete(this.#path);
  }
}
