// A suite that looks at what is held, and at the counts of the answer.
import assert from "node:assert/strict";
import { test } from "node:test";

const url = process.env.MOCKSERVERS_URL;
const headers = { Authorization: "Bearer 1|demo-zangsho-token", "Content-Type": "application/json" };
const customer = { email: "chen.meili@example.com", name: "陳美麗" };

test("a batch of customers is held, and counted", async () => {
  const body = JSON.stringify({ customers: [customer] });
  const reply = await fetch(`${url}/zangsho/v1/customers/batch`, { method: "POST", headers, body });
  const answer = await reply.json();
  assert.equal(answer.data.created, 1);
  assert.equal(answer.data.failed, 0);
  const state = await (await fetch(`${url}/__admin/tenants/demo-zangsho/state`)).json();
  const held = state.customers.filter((each) => each.email === customer.email).map(({ email, name }) => ({ email, name }));
  assert.deepEqual(held, [customer]);
});
