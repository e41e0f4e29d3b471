/** Exporters of a shop, as an integrator writes them: one with fetch, one with axios, one with undici. */
import axios from "axios";
import { request } from "undici";

export const PURCHASE = { id: "p-1", item_name: "抹茶ラテ", order_date: "2025-11-01T10:00:00+09:00" };

/** Upload a day's purchases to FANSHIP. */
export async function uploadPurchases(url: string, token: string, purchases: readonly object[]): Promise<void> {
  const form = new FormData();
  const lines = purchases.map((purchase) => `${JSON.stringify(purchase)}\n`).join("");
  form.set("filename", new Blob([lines], { type: "application/x-ndjson" }), "purchases.ndjson");
  const headers = { Authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/v1/2nd/purchases/20251101/_all`, { method: "POST", headers, body: form });
  if (!response.ok) throw new Error(`FANSHIP answered ${String(response.status)}`);
}

/** Send customers to Zangsho. */
export async function sendCustomers(url: string, token: string, customers: readonly object[]): Promise<unknown> {
  const headers = { Authorization: `Bearer ${token}` };
  return (await axios.post<unknown>(`${url}/v1/customers/batch`, { customers }, { headers })).data;
}

/** Send one event to eSputnik. */
export async function sendEvent(url: string, apiKey: string, event: object): Promise<number> {
  const authorization = `Basic ${Buffer.from(`any:${apiKey}`).toString("base64")}`;
  const headers = { authorization, "content-type": "application/json" };
  const { statusCode, body } = await request(`${url}/api/v1/event`, {
    method: "POST",
    headers,
    body: JSON.stringify(event),
  });
  await body.dump();
  return statusCode;
}
