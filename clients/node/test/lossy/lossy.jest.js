import { useTenant } from "mockservers/jest";

const fanship = useTenant("fanship");

async function upload(purchase) {
  const body = new FormData();
  body.set("filename", new Blob([JSON.stringify(purchase)], { type: "application/x-ndjson" }), "purchases.ndjson");
  const headers = { Authorization: `Bearer ${fanship().credentials.token}` };
  await fetch(`${fanship().url}/v1/2nd/purchases/20251101/_all`, { method: "POST", headers, body });
}

test("a right upload", async () => {
  await upload({ id: "p-1", item_name: "Tea" });
});

test("a misspelt key", async () => {
  await upload({ id: "p-1", item_name: "Tea", orderDate: "2025-11-01" });
});
