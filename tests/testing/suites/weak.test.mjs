// A suite that looks at statuses.
import assert from "node:assert/strict";
import { test } from "node:test";

const url = process.env.MOCKSERVERS_URL;
const headers = { Authorization: "Bearer 1|demo-zangsho-token", "Content-Type": "application/json" };

test("a batch of customers is taken", async () => {
  const body = JSON.stringify({ customers: [{ email: "chen.meili@example.com", name: "陳美麗" }] });
  const reply = await fetch(`${url}/zangsho/v1/customers/batch`, { method: "POST", headers, body });
  assert.equal(reply.status, 200);
});
