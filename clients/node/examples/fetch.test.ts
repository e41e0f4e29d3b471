import { expect } from "vitest";
import { test } from "mockservers/vitest";

async function upload(url: string, token: string, purchases: object[]): Promise<void> {
  const body = new FormData();
  const lines = purchases.map((purchase) => `${JSON.stringify(purchase)}\n`).join("");
  body.set("filename", new Blob([lines], { type: "application/x-ndjson" }), "purchases.ndjson");
  const headers = { Authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/v1/2nd/purchases/20251101/_all`, { method: "POST", headers, body });
  if (!response.ok) throw new Error(await response.text());
}

test("a purchase reaches FANSHIP", async ({ fanship }) => {
  const purchase = { id: "p-1", item_name: "抹茶ラテ", order_date: "2025-11-01T10:00:00+09:00" };
  await upload(fanship.url, fanship.credentials.token, [purchase]);

  await fanship.clock.toNext("ingest");
  expect((await fanship.state())["purchases"]).toEqual([expect.objectContaining(purchase)]);
});
