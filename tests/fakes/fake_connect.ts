/**
 * A double of a 1Password Connect server on a loopback port: the item calls of
 * https://developer.1password.com/docs/connect/api-reference with one vault and one token.
 */

export interface ConnectItem {
  id: string;
  title: string;
  category: string;
  tags?: string[];
  state?: string;
  version?: number;
  vault: { id: string };
  fields?: Record<string, unknown>[];
}

export const CONNECT_TOKEN = "connect-token";
export const CONNECT_VAULT = "hfnjvi6aymbsnfc2xeeoheizda";

export class FakeConnect {
  readonly items = new Map<string, ConnectItem>();
  /** Method, path and query of each call. */
  readonly calls: string[] = [];
  /** When set, what every call is answered with. */
  answer: (() => Response) | null = null;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #count = 0;

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => this.#handle(request),
    );
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async stop(): Promise<void> {
    await this.#server.shutdown();
  }

  add(item: Omit<ConnectItem, "id" | "vault">): ConnectItem {
    const made = { ...item, id: `item${this.#count++}`.padEnd(26, "x"), vault: { id: CONNECT_VAULT } };
    this.items.set(made.id, made);
    return made;
  }

  async #handle(request: Request): Promise<Response> {
    const { pathname, search, searchParams } = new URL(request.url);
    this.calls.push(`${request.method} ${pathname}${decodeURIComponent(search)}`);
    if (this.answer !== null) return this.answer();
    if (request.headers.get("authorization") !== `Bearer ${CONNECT_TOKEN}`) {
      return refusal(401, "Invalid token signature");
    }
    const [, vault, id] = /^\/v1\/vaults\/([^/]+)\/items(?:\/([^/]+))?$/.exec(pathname) ?? [];
    if (vault !== CONNECT_VAULT) return refusal(404, `Vault ${vault} not found`);
    if (id === undefined) {
      if (request.method === "GET") return Response.json(this.#filtered(searchParams.get("filter")));
      if (request.method !== "POST") return refusal(405, "");
      return Response.json(this.add(withFieldIds(await request.json())));
    }
    const item = this.items.get(id);
    if (item === undefined) return refusal(404, "Item not found");
    if (request.method === "GET") return Response.json(item);
    if (request.method === "DELETE") {
      this.items.delete(id);
      return new Response(null, { status: 204 });
    }
    const changed = withFieldIds(await request.json());
    if (changed.id !== id) return refusal(400, "The item's id does not match the path");
    this.items.set(id, { ...changed, version: (item.version ?? 1) + 1 });
    return Response.json(this.items.get(id));
  }

  /** Lists have no fields. */
  #filtered(filter: string | null): Omit<ConnectItem, "fields">[] {
    const [, name, text] = /^(title|tag) eq ("(?:[^"\\]|\\.)*")$/.exec(filter ?? "") ?? [];
    const wanted: string | null = text === undefined ? null : JSON.parse(text);
    return [...this.items.values()]
      .filter((item) =>
        wanted === null || (name === "title" ? item.title === wanted : item.tags?.includes(wanted) === true)
      )
      .map(({ fields: _, ...summary }) => summary);
  }
}

function withFieldIds(item: ConnectItem): ConnectItem {
  const fields = (item.fields ?? []).map((field, i) => ({ id: `field${i}`, ...field }));
  return { state: "ACTIVE", ...item, fields };
}

function refusal(status: number, message: string): Response {
  return Response.json({ status, message }, { status });
}
