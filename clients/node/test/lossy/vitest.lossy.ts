import { test } from "mockservers/vitest";
import { PURCHASE, uploadPurchases } from "../shop.js";

test("a right upload", async ({ fanship }) => {
  await uploadPurchases(fanship.url, fanship.credentials.token, [PURCHASE]);
});

test("a misspelt key", async ({ fanship }) => {
  await uploadPurchases(fanship.url, fanship.credentials.token, [{ ...PURCHASE, orderDate: "2025-11-01" }]);
});
