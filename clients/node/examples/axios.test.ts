import axios from "axios";
import { expect } from "vitest";
import { test } from "mockservers/vitest";

async function createOrder(url: string, token: string, order: { order_no: string }): Promise<void> {
  const headers = { Authorization: `Bearer ${token}`, "X-Idempotency-Key": order.order_no };
  for (let attempt = 1; ; attempt++) {
    try {
      await axios.post(`${url}/v1/orders`, order, { headers });
      return;
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

test("an order is sent again after a lost response, and is there once", async ({ zangsho }) => {
  await zangsho.putState({ customers: [{ email: "chen.meili@example.com" }] });
  await zangsho.faults.plan({ effect: "lost-response", operation: "createOrder", count: 1 });
  const order = { order_no: "A-1", customer_email: "chen.meili@example.com", amount: "990.00" };
  await createOrder(zangsho.url, zangsho.credentials.token, order);

  const orders = (await zangsho.state())["orders"] ?? [];
  expect(orders.map((each) => each["order_no"])).toEqual(["A-1"]);
});
