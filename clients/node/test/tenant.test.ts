import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AdminError, LossError, start, type MockServer } from "../src/index.js";
import { PURCHASE, sendCustomers, sendEvent, uploadPurchases } from "./shop.js";

let server: MockServer;
beforeAll(async () => {
  server = await start();
});
afterAll(() => server.stop());

describe("a tenant", () => {
  test("holds what was sent, once its clock is at the next ingestion", async () => {
    const fanship = await server.tenant("fanship");
    await uploadPurchases(fanship.url, fanship.credentials.token, [PURCHASE]);
    expect((await fanship.state())["purchases"]).toEqual([]);
    const { fired } = await fanship.clock.toNext("ingest");
    expect(fired.map((job) => job.job)).toEqual(["ingest"]);
    expect((await fanship.state())["purchases"]).toEqual([expect.objectContaining(PURCHASE)]);
    await fanship.check();
  });

  test("is frozen at noon in its vendor's zone", async () => {
    const fanship = await server.tenant("fanship");
    expect(await fanship.clock.now()).toMatch(/T03:00:00(\.0+)?Z$/); // noon in Tokyo
    await fanship.clock.advance("PT1H");
    expect(await fanship.clock.now()).toMatch(/T04:00:00(\.0+)?Z$/);
  });

  test("starts with the state, the readings and the moment that it is given", async () => {
    const zangsho = await server.tenant("zangsho", {
      state: { customers: [{ email: "chen.meili@example.com" }] },
      readings: { "zangsho.batch.status": "all-failed-422" },
      now: "2026-02-28T23:59:00+08:00",
    });
    expect((await zangsho.state())["customers"]).toEqual([
      expect.objectContaining({ email: "chen.meili@example.com" }),
    ]);
    expect((await zangsho.readings())["zangsho.batch.status"]).toBe("all-failed-422");
    expect(await zangsho.clock.now()).toMatch(/^2026-02-28T15:59:00/);
  });

  test("names a silent loss by its key, its count and its rule", async () => {
    const zangsho = await server.tenant("zangsho");
    await sendCustomers(zangsho.url, zangsho.credentials.token, [
      { email: "chen.meili@example.com", name: "陳美麗", phoneNumber: "0923456789" },
    ]);
    await expect(zangsho.check()).rejects.toThrow(LossError);
    await expect(zangsho.check()).rejects.toThrow(
      /Lost: Zangsho does not store what follows.*phoneNumber.*expectLoss\("zangsho/s,
    );
    expect((await zangsho.ledger()).silent).toBe(1);
    zangsho.expectLoss("zangsho.request.unknown-key");
    await zangsho.check();
  });

  test("gets a call and a webhook again", async () => {
    const zangsho = await server.tenant("zangsho");
    const headers = { Authorization: `Bearer ${zangsho.credentials.token}`, "Content-Type": "application/json" };
    const body = JSON.stringify({ email: "chen.meili@example.com" });
    await fetch(`${zangsho.url}/v1/customers`, { method: "POST", headers, body });
    expect((await zangsho.resend(1)).status).toBe(422);
    await zangsho.putWebhooks({ url: "http://127.0.0.1:9/hook" });
    const [webhook] = (await zangsho.webhooks()).deliveries;
    expect(webhook?.state).toBe("unsent");
    const again = await zangsho.resendWebhook(webhook?.id ?? "");
    expect(again.deliveries[0]?.url).toBe("http://127.0.0.1:9/hook");
  });

  test("an unknown rule cannot be expected", async () => {
    const zangsho = await server.tenant("zangsho");
    zangsho.expectLoss("zangsho.request.unknown-keys");
    await expect(zangsho.check()).rejects.toThrow("Nearest: zangsho.request.unknown-key");
  });

  test("answers an ignored order of eSputnik with 200, and the check finds it", async () => {
    const esputnik = await server.tenant("esputnik");
    const params = [{ name: "externalOrderId", value: "замовлення-1" }];
    expect(await sendEvent(esputnik.url, esputnik.credentials.api_key, { eventTypeKey: "orderCreated", params })).toBe(
      200,
    );
    await expect(esputnik.check()).rejects.toThrow(/Lost: eSputnik/);
  });

  test("fires the faults that are planned, and a planned one that never fired fails", async () => {
    const zangsho = await server.tenant("zangsho");
    await zangsho.faults.plan({ effect: "lost-response", count: 1 });
    await expect(zangsho.check()).rejects.toThrow(/never fired/);
    const sending = sendCustomers(zangsho.url, zangsho.credentials.token, [{ email: "a@example.com" }]);
    await expect(sending).rejects.toThrow();
    expect((await zangsho.faults.fired()).map((fault) => fault.fault)).toEqual(["lost-response"]);
    expect((await zangsho.state())["customers"]).toHaveLength(1);
  });

  test("goes back to a checkpoint", async () => {
    const zangsho = await server.tenant("zangsho");
    const { rewind } = await zangsho.checkpoint();
    await sendCustomers(zangsho.url, zangsho.credentials.token, [{ email: "a@example.com" }]);
    await rewind();
    expect((await zangsho.state())["customers"]).toEqual([]);
    expect((await zangsho.journal()).exchanges.map((exchange) => exchange.rewound)).toEqual([true]);
  });

  test("fails by calls with wrong credentials, those since it was made", async () => {
    const zangsho = await server.tenant("zangsho");
    await expect(sendCustomers(zangsho.url, "1|nobody-s-token", [{ email: "a@example.com" }])).rejects.toThrow("401");
    await expect(zangsho.check()).rejects.toThrow(/Unauthenticated/);
  });

  test("what the admin API refuses is an AdminError with its place and its fix", async () => {
    const refused = server.tenant("zangsho", { now: "tomorrow" });
    await expect(refused).rejects.toThrow(AdminError);
    await expect(refused).rejects.toThrow(/\/now: must be an RFC 3339 date-time .*Fix: /);
    await expect(server.tenant("zangshou")).rejects.toThrow(/zangsho/);
  });
});

test("tenants side by side have nothing in common", async () => {
  const tenants = await Promise.all(Array.from({ length: 20 }, () => server.tenant("zangsho")));
  await Promise.all(
    tenants.map((zangsho, number) =>
      sendCustomers(zangsho.url, zangsho.credentials.token, [{ email: `${String(number)}@example.com` }]),
    ),
  );
  const held = await Promise.all(tenants.map(async (zangsho) => (await zangsho.state())["customers"]));
  expect(held.map((customers) => customers?.map((customer) => customer["email"]))).toEqual(
    tenants.map((_, number) => [`${String(number)}@example.com`]),
  );
});
