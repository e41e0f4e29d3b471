import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { connect, ServerUnavailable, start } from "../src/index.js";

afterEach(() => {
  vi.unstubAllEnvs();
});

test("a server ends when it is stopped, and stopping it twice is harmless", async () => {
  const server = await start();
  expect(await server.vendors()).toEqual(expect.arrayContaining(["fanship", "zangsho"]));
  await server.stop();
  await server.stop();
  await expect(server.vendors()).rejects.toThrow(ServerUnavailable);
});

test("MOCKSERVERS_URL leads to a server that runs elsewhere, which goes on when it is stopped here", async () => {
  const elsewhere = await start();
  vi.stubEnv("MOCKSERVERS_URL", `${elsewhere.url}/`);
  const server = await start();
  expect(server.url).toBe(elsewhere.url);
  await server.stop();
  expect(await elsewhere.vendors()).toContain("fanship");
  vi.unstubAllEnvs();
  await elsewhere.stop();
});

test("a shared server's unauthenticated calls are nobody's", async () => {
  const elsewhere = await start();
  const fanship = await connect(elsewhere.url).tenant("fanship");
  await fetch(`${fanship.url}/v1/2nd/purchases/20251101/_all`, { method: "POST" });
  await fanship.check();
  await elsewhere.stop();
});

test("a program that is not there is named with the fix", async () => {
  const starting = start({ command: ["no-such-program"] });
  await expect(starting).rejects.toThrow(ServerUnavailable);
  await expect(starting).rejects.toThrow(/no-such-program serve .*ENOENT.*MOCKSERVERS_COMMAND/);
});

test("a program that ends at once has what it printed in the error", async () => {
  await expect(start({ args: ["--no-such-option"] })).rejects.toThrow(/ended with status 2.*no-such-option/s);
});

test("a program that is never ready is ended after the timeout", async () => {
  const command = [process.execPath, "-e", "console.log('busy'); setInterval(() => {}, 1000)", "--"];
  await expect(start({ command, timeout: 1_500 })).rejects.toThrow(/not ready within 1500 ms. It printed: busy/);
});

test("an answer that is not the admin API's is shown", async () => {
  const other = createServer((_, response) => response.writeHead(502).end("Bad gateway"));
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as AddressInfo;
  await expect(connect(`http://127.0.0.1:${String(port)}`).vendors()).rejects.toThrow("502: Bad gateway");
  other.close();
});

test("a process that forgets to stop its server still ends, and the server with it", () => {
  const program = `
    const { start } = await import("${new URL("../dist/index.js", import.meta.url).href}");
    console.log((await start()).url);
  `;
  const ended = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    timeout: 20_000,
  });
  expect(ended.stderr).toBe("");
  expect(ended.status).toBe(0);
  const curl = spawnSync(process.execPath, ["-e", `fetch("${ended.stdout.trim()}").catch(() => process.exit(7))`]);
  expect(curl.status).toBe(7);
});

test("the server of a process that is killed ends", async () => {
  const program = `
    const { start } = await import("${new URL("../dist/index.js", import.meta.url).href}");
    console.log((await start()).url);
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const server = connect(line.toString("utf8").trim());
  expect(await server.vendors()).toContain("fanship");
  child.kill("SIGKILL");
  await vi.waitFor(() => expect(server.vendors()).rejects.toThrow(ServerUnavailable), {
    timeout: 10_000,
    interval: 100,
  });
});
