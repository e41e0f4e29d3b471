/** Each runner passes the right test of test/lossy and fails the other one, with the table of what was lost. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const here = fileURLToPath(new URL("..", import.meta.url));
const bin = (name: string): string => `${here}node_modules/.bin/${name}`;
const RUNNERS: Record<string, { command: string[]; env?: Record<string, string> }> = {
  vitest: { command: [bin("vitest"), "run", "--config", "test/lossy/vitest.config.ts"] },
  "node:test": { command: [process.execPath, "--test", "test/lossy/lossy.node.js"] },
  jest: {
    command: [bin("jest"), "--rootDir", ".", "--testMatch", "**/test/lossy/lossy.jest.js"],
    env: { NODE_OPTIONS: "--experimental-vm-modules" },
  },
};

test.each(Object.entries(RUNNERS))("%s", { timeout: 60_000 }, (_, { command, env }) => {
  const [program = "", ...args] = command;
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_OPTIONS|NODE_TEST)/.test(name));
  const ended = spawnSync(program, args, {
    cwd: here,
    encoding: "utf8",
    env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...env },
  });
  const said = `${ended.stdout}\n${ended.stderr}`;
  expect(said).toMatch(/Lost: FANSHIP does not store what follows/);
  expect(said).toMatch(/orderDate is not in the upload schema/);
  expect(said).toMatch(/1 passed|pass 1\b/);
  expect(said).toMatch(/1 failed|fail 1\b/);
  expect(ended.status).toBe(1);
});
