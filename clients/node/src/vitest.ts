/**
 * Vitest fixtures: a fresh tenant of each vendor. The test fails on a silent loss.
 *
 *     import { test } from "mockservers/vitest";
 *
 *     test("a purchase reaches FANSHIP", async ({ fanship }) => { … });
 */
import { test as base } from "vitest";
import { server } from "./server.js";
import type { Tenant, Vendor } from "./tenant.js";

type Fixtures = { [V in Vendor]: Tenant<V> };
type Use<T> = (value: T) => Promise<void>;

/** A fixture for any vendor of the server: `base.extend({ acme: fixture("acme") })`. */
export function fixture<V extends string>(vendor: V) {
  // Vitest reads the fixtures that this one needs from the pattern of the first parameter.
  return async ({}: object, use: Use<Tenant<V>>): Promise<void> => {
    const tenant = await (await server()).tenant(vendor);
    try {
      await use(tenant);
      await tenant.check();
    } finally {
      await tenant.close();
    }
  };
}

/** Vitest's `test` with a fixture for each vendor. */
export const test = base.extend<Fixtures>({
  omnisegment: fixture("omnisegment"),
  fanship: fixture("fanship"),
  esputnik: fixture("esputnik"),
  zangsho: fixture("zangsho"),
});

/** An alias of `test`. */
export const it = test;
