import { request } from "undici";
import { expect } from "vitest";
import { test } from "mockservers/vitest";

async function sendEvent(url: string, apiKey: string, event: object): Promise<void> {
  const { statusCode, body } = await request(`${url}/api/v1/event`, {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(`any:${apiKey}`).toString("base64")}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(event),
  });
  await body.dump();
  if (statusCode !== 200) throw new Error(`eSputnik answered ${String(statusCode)}`);
}

test("an event reaches a contact that eSputnik knows", async ({ esputnik }) => {
  await esputnik.putState({ contacts: [{ channels: [{ type: "email", value: "olena@example.com" }] }] });
  await sendEvent(esputnik.url, esputnik.credentials.api_key, {
    eventTypeKey: "viewed",
    keyValue: "olena@example.com",
    params: [
      { name: "email", value: "olena@example.com" },
      { name: "product", value: "Кава" },
    ],
  });

  expect((await esputnik.state())["events"]).toHaveLength(1);
});
