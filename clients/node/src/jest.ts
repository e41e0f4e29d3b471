/**
 * For Jest, and for any runner with global `beforeEach` and `afterEach`: a fresh tenant for each test of a block.
 *
 *     import { useTenant } from "mockservers/jest";
 *
 *     const fanship = useTenant("fanship");
 *     test("a purchase reaches FANSHIP", async () => { await upload(fanship().url, fanship().credentials.token); });
 */
import { MockserversError } from "./errors.js";
import { READY_WITHIN, server, type TenantOptions } from "./server.js";
import type { Tenant } from "./tenant.js";

type Hook = (run: () => Promise<void>, timeout: number) => void;

/** A function that returns the tenant of the running test. The test fails on a silent loss. */
export function useTenant<V extends string>(vendor: V, options: TenantOptions = {}): () => Tenant<V> {
  let made: Tenant<V> | undefined;
  hook("beforeEach")(async () => {
    made = await (await server()).tenant(vendor, options);
  }, READY_WITHIN); // the first one waits for the server
  hook("afterEach")(async () => {
    const ending = made;
    made = undefined;
    try {
      await ending?.check();
    } finally {
      await ending?.close();
    }
  }, READY_WITHIN);
  return () => {
    if (made === undefined) throw new MockserversError(`There is a ${vendor} tenant only while a test runs.`);
    return made;
  };
}

function hook(name: string): Hook {
  const found = (globalThis as Record<string, unknown>)[name];
  if (typeof found !== "function") {
    throw new MockserversError(`There is no global ${name} here. Fix: call useTenant in a test file of Jest.`);
  }
  return found as Hook;
}
