import { afterAll, beforeAll, expect, test } from "vitest";
import { LossError } from "../../src/index.js";
import { MockserversContainer, StartedMockserversContainer } from "../../src/testcontainers.js";
import { sendCustomers } from "../shop.js";

const IMAGE = process.env["TESTS_IMAGE"] ?? "mockservers:latest";
let container: StartedMockserversContainer;
beforeAll(async () => {
  const made = new MockserversContainer(IMAGE).withTls().withToken("a-token-of-ours");
  container = await made.withHostNames({ fanship: "fanship.example" }).start();
});
afterAll(async () => {
  await container.stop();
});

test("a tenant of a container keeps a ledger, and its check fails by the verdict", async () => {
  const zangsho = await container.tenant("zangsho");
  await sendCustomers(zangsho.url, zangsho.credentials.token, [
    { email: "chen.meili@example.com", phoneNumber: "0923456789" },
  ]);
  expect((await zangsho.state())["customers"]).toHaveLength(1);
  await expect(zangsho.check()).rejects.toThrow(LossError);
  await zangsho.close();
});

test("the admin API of a container asks for its token, which can be given", async () => {
  const tenants = `${container.url}/__admin/tenants`;
  expect((await fetch(tenants)).status).toBe(401);
  expect((await fetch(tenants, { headers: { Authorization: "Bearer a-token-of-ours" } })).status).toBe(200);
});

test("a container with TLS has an authority and a proxy, and one without says what it lacks", async () => {
  expect(await container.ca()).toMatch(/^-----BEGIN CERTIFICATE-----/);
  expect(container.proxy).toMatch(/^http:\/\/.+:\d+$/);
  const plain = new StartedMockserversContainer(container, container.token, false);
  expect(() => plain.proxy).toThrow("Fix: new MockserversContainer().withTls().");
});
