import { spawn, type ChildProcess } from "node:child_process";
import { Admin, type Schemas } from "./admin.js";
import { ServerUnavailable } from "./errors.js";
import { Tenant, type State } from "./tenant.js";

/** Milliseconds in which a server must be ready; `options` may set another number. */
export const READY_WITHIN = 60_000;

/** The options of a new tenant. Without `now` its clock is frozen at noon of the current day in the vendor's zone. */
export interface TenantOptions {
  readonly id?: string;
  readonly credentials?: Readonly<Record<string, string>>;
  readonly readings?: Readonly<Record<string, string>>;
  readonly state?: State;
  /** RFC 3339 with an offset; the clock is frozen there. */
  readonly now?: string;
}

/** The options of `start`. */
export interface StartOptions {
  /** The program and its first arguments; MOCKSERVERS_COMMAND, split at spaces, or `mockservers` by default. */
  readonly command?: readonly string[];
  /** Other arguments of `mockservers serve`. */
  readonly args?: readonly string[];
  /** Milliseconds that the start may take; 60,000 by default. */
  readonly timeout?: number;
}

/** A server of mockservers: one that `start` has started, or another running server. */
export class MockServer {
  readonly #admin: Admin;
  readonly #process: ChildProcess | undefined;

  constructor(
    readonly url: string,
    token?: string,
    process?: ChildProcess,
  ) {
    this.#admin = new Admin(url, token);
    this.#process = process;
  }

  /** A fresh tenant of a vendor, with new credentials. */
  async tenant<V extends string>(vendor: V, options: TenantOptions = {}): Promise<Tenant<V>> {
    const start = options.now === undefined ? { noon: true } : {};
    const spec = { vendor, frozen: true, ...start, ...options };
    const made = await this.#admin.post<Schemas["Tenant"]>("/tenants", spec);
    return new Tenant<V>(this.#admin, made, `${this.url}/${vendor}`, this.#process === undefined);
  }

  /** The vendors that the server has. */
  async vendors(): Promise<string[]> {
    return (await this.#admin.get<Schemas["Health"]>("/health")).vendors;
  }

  /** End a server that `start` has started. Another server keeps running. */
  async stop(): Promise<void> {
    const process = this.#process;
    if (process === undefined || process.exitCode !== null || process.signalCode !== null) return;
    const ended = new Promise((resolve) => process.once("exit", resolve));
    process.kill("SIGTERM");
    await ended;
  }
}

/** A running server, for example a container. A server beyond loopback needs `token`. */
export function connect(url: string, token = process.env["MOCKSERVERS_ADMIN_TOKEN"]): MockServer {
  return new MockServer(url.replace(/\/+$/, ""), token);
}

/**
 * A server: the one at MOCKSERVERS_URL if that is set, otherwise a new one on a free port of loopback, which ends with
 * this process. Throws `ServerUnavailable` if the program cannot be started.
 */
export async function start(options: StartOptions = {}): Promise<MockServer> {
  const url = process.env["MOCKSERVERS_URL"];
  if (url !== undefined && url !== "") return connect(url);
  const [program = "mockservers", ...first] = options.command ?? commandOfEnvironment();
  const args = [...first, "serve", "--port", "0", "--until-stdin-closes", ...(options.args ?? [])];
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], env: environment() });
  const end = (): void => void child.kill("SIGKILL");
  process.once("exit", end);
  child.once("exit", () => process.removeListener("exit", end));
  const ready = await readiness(child, [program, ...args].join(" "), options.timeout ?? READY_WITHIN);
  child.unref(); // the server does not keep the tests' process alive
  return new MockServer(ready, undefined, child);
}

function commandOfEnvironment(): readonly string[] {
  return (process.env["MOCKSERVERS_COMMAND"] ?? "mockservers").split(/\s+/).filter((word) => word !== "");
}

// MOCKSERVERS_COMMAND is a variable of this helper, not a setting of the server.
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== "MOCKSERVERS_COMMAND"));
}

const READY = /mockservers ready on (http:\/\/\S+)$/m;
const INSTALL =
  "Fix: install the Python package mockservers, or set MOCKSERVERS_COMMAND to a program that runs it, or MOCKSERVERS_URL " +
  "to a server that runs.";

function readiness(child: ChildProcess, command: string, timeout: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const fail = (why: string): void => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(new ServerUnavailable(`${command}: ${why}`));
    };
    const timer = setTimeout(() => {
      fail(`not ready within ${String(timeout)} ms. It printed: ${said.trim() || "nothing"}`);
    }, timeout);
    const read = (chunk: Buffer): void => {
      said = (said + chunk.toString("utf8")).slice(-100_000);
      const ready = READY.exec(said)?.[1];
      if (ready === undefined) return;
      clearTimeout(timer);
      for (const stream of [child.stdout, child.stderr]) {
        stream?.removeAllListeners("data");
        stream?.resume(); // a full pipe would block the server
      }
      for (const stream of child.stdio) {
        (stream as unknown as { unref?: () => void } | null)?.unref?.(); // a pipe is a socket, which Node's types hide
      }
      resolve(ready);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", (error) => {
      fail(`${error.message}. ${INSTALL}`);
    });
    child.once("exit", (code, signal) => {
      fail(
        `ended with ${signal ?? `status ${String(code)}`} before it was ready. It printed: ${said.trim() || "nothing"}`,
      );
    });
  });
}

let shared: Promise<MockServer> | undefined;

/** The server of this process, started on first use. The helpers for test runners use it. */
export function server(): Promise<MockServer> {
  shared ??= start();
  return shared;
}
