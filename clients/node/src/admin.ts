import type { components } from "./admin-api.js";
import { AdminError, ServerUnavailable } from "./errors.js";

/** The schemas of the admin API's document, by their names. */
export type Schemas = components["schemas"];

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** The admin API of one server. A server beyond loopback needs `token`. */
export class Admin {
  constructor(
    readonly url: string,
    private readonly token: string | undefined,
  ) {}

  async get<Answer>(path: string, query: Query = {}): Promise<Answer> {
    return this.send<Answer>("GET", path, undefined, query);
  }

  async put<Answer>(path: string, body: unknown): Promise<Answer> {
    return this.send<Answer>("PUT", path, body);
  }

  async post<Answer>(path: string, body?: unknown): Promise<Answer> {
    return this.send<Answer>("POST", path, body);
  }

  async delete(path: string): Promise<void> {
    await this.send<unknown>("DELETE", path);
  }

  // The caller names the answer's type in the document. The tests of the server check that answers have that type.
  private async send<Answer>(method: string, path: string, body?: unknown, query: Query = {}): Promise<Answer> {
    const given = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    );
    const search = given.length > 0 ? `?${new URLSearchParams(given).toString()}` : "";
    const headers: Record<string, string> = { Accept: "application/json" };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (this.token !== undefined) headers["Authorization"] = `Bearer ${this.token}`;
    let response: Response;
    let text: string;
    try {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      response = await fetch(`${this.url}/__admin${path}${search}`, { method, headers, ...sent });
      text = await response.text();
    } catch (cause) {
      throw new ServerUnavailable(`${this.url} does not answer. Fix: start mockservers there.`, { cause });
    }
    const answer: unknown = text === "" ? undefined : parsed(text);
    if (!response.ok) throw new AdminError(response.status, detail(answer) ?? `${String(response.status)}: ${text}`);
    return answer as Answer;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the admin API answers in JSON, so this answer is from another program
  }
}

function detail(answer: unknown): string | undefined {
  return typeof answer === "object" && answer !== null && "detail" in answer ? String(answer.detail) : undefined;
}
