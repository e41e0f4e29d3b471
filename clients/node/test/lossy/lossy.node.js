import { tenant } from "mockservers/node-test";
import { test } from "node:test";

async function upload({ url, credentials }, purchase) {
  const body = new FormData();
  body.set("filename", new Blob([JSON.stringify(purchase)], { type: "application/x-ndjson" }), "purchases.ndjson");
  const headers = { Authorization: `Bearer ${credentials.token}` };
  await fetch(`${url}/v1/2nd/purchases/20251101/_all`, { method: "POST", headers, body });
}

test("a right upload", async (t) => {
  await upload(await tenant(t, "fanship"), { id: "p-1", item_name: "Tea" });
});

test("a misspelt key", async (t) => {
  await upload(await tenant(t, "fanship"), { id: "p-1", item_name: "Tea", orderDate: "2025-11-01" });
});
