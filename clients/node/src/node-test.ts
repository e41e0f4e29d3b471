/**
 * For node:test: a fresh tenant, which is checked and deleted at the end of its test.
 *
 *     import { test } from "node:test";
 *     import { tenant } from "mockservers/node-test";
 *
 *     test("a purchase reaches FANSHIP", async (t) => {
 *       const fanship = await tenant(t, "fanship");
 *       …
 *     });
 */
import type { TestContext } from "node:test";
import { server, type TenantOptions } from "./server.js";
import type { Tenant } from "./tenant.js";

/** A fresh tenant of a vendor. The test fails if something was lost silently. */
export async function tenant<V extends string>(
  context: TestContext,
  vendor: V,
  options: TenantOptions = {},
): Promise<Tenant<V>> {
  const made = await (await server()).tenant(vendor, options);
  context.after(async () => {
    try {
      await made.check();
    } finally {
      await made.close();
    }
  });
  return made;
}
