/**
 * For Testcontainers: the image as a container, which is ready when its health check answers.
 *
 *     import { MockserversContainer } from "mockservers/testcontainers";
 *
 *     const container = await new MockserversContainer().start();
 *     const fanship = await container.tenant("fanship");
 */
import { randomBytes } from "node:crypto";
import { AbstractStartedContainer, GenericContainer, Wait, type StartedTestContainer } from "testcontainers";
import { MockserversError } from "./errors.js";
import { connect, type MockServer, type TenantOptions } from "./server.js";
import type { Tenant } from "./tenant.js";

const PORT = 8080;
const PROXY_PORT = 8081;
const HTTPS_PORT = 8443;

/** The image as a container of Testcontainers, with all members of `GenericContainer`. */
export class MockserversContainer extends GenericContainer {
  #token = randomBytes(18).toString("base64url");
  #tls = false;

  constructor(image = "mockservers:latest") {
    super(image);
    this.withExposedPorts(PORT).withWaitStrategy(Wait.forHttp("/__admin/health", PORT));
  }

  /** The admin token. The default is generated. */
  withToken(token: string): this {
    this.#token = token;
    return this;
  }

  /** Also serve HTTPS at the vendors' own names. */
  withTls(): this {
    this.#tls = true;
    return this.withExposedPorts(PROXY_PORT, HTTPS_PORT).withEnvironment({ MOCKSERVERS_TLS: "1" });
  }

  /** The host of a vendor that publishes none: `{ fanship: "api.example.com" }`. */
  withHostNames(names: Readonly<Record<string, string>>): this {
    const given = Object.entries(names).map(([vendor, host]) => `${vendor}=${host}`);
    return this.withEnvironment({ MOCKSERVERS_HOST_NAME: given.join(" ") });
  }

  override async start(): Promise<StartedMockserversContainer> {
    this.withEnvironment({ MOCKSERVERS_ADMIN_TOKEN: this.#token });
    return new StartedMockserversContainer(await super.start(), this.#token, this.#tls);
  }
}

/** A container that answers. `token` is its admin token. */
export class StartedMockserversContainer extends AbstractStartedContainer {
  readonly server: MockServer;

  constructor(
    started: StartedTestContainer,
    readonly token: string,
    readonly tls: boolean,
  ) {
    super(started);
    this.server = connect(this.url, token);
  }

  /** `http://HOST:PORT`, as this process reaches it. */
  get url(): string {
    return this.#address(PORT);
  }

  /** The proxy that leads to the vendors' https addresses. Needs `withTls()`. */
  get proxy(): string {
    this.#needTls();
    return this.#address(PROXY_PORT);
  }

  /** The certificate of its authority, as PEM. Needs `withTls()`. */
  async ca(): Promise<string> {
    this.#needTls();
    const headers = { Authorization: `Bearer ${this.token}` };
    const response = await fetch(`${this.url}/__admin/tls`, { headers });
    return ((await response.json()) as { ca: string }).ca;
  }

  /** A fresh tenant of a vendor, with credentials of its own. */
  async tenant<V extends string>(vendor: V, options: TenantOptions = {}): Promise<Tenant<V>> {
    return this.server.tenant(vendor, options);
  }

  #address(port: number): string {
    return `http://${this.getHost()}:${String(this.getMappedPort(port))}`;
  }

  #needTls(): void {
    if (!this.tls)
      throw new MockserversError("This container serves no HTTPS. Fix: new MockserversContainer().withTls().");
  }
}
