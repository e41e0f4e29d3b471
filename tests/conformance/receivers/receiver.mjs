// A receiver of Zangsho's webhooks in Node.js, right or wrong in one way: `receiver.mjs FILE [WRONG]`.
// Prints its URL. What it holds is in FILE, the value of a key per line.
import { appendFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";

const [file, wrong = ""] = process.argv.slice(2);
const keys = { "mock.customer.created": "email", "mock.order.created": "order_no" };
const seen = new Set();
writeFileSync(file, "");

function taken(body) {
  const { event, data } = JSON.parse(body);
  const key = keys[event];
  if (key === undefined) return wrong === "unknown-is-500" ? 500 : 204;
  if (wrong === "needs-customer" && event === "mock.order.created" && !seen.has(data.customer_email)) return 204;
  if (wrong === "blocks") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
  if (seen.has(data[key]) && wrong === "refuses-again") return 409;
  if (seen.has(data[key]) && wrong !== "doubles") return 204;
  seen.add(data[key]);
  appendFileSync(file, `${JSON.stringify(data[key])}\n`);
  return 204;
}

const server = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (part) => (body += part));
  request.on("end", () => response.writeHead(taken(body)).end());
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/webhooks`));
