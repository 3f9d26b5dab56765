/**
 * A 1Password vault through a Connect server's REST API, version 1: https://developer.1password.com/docs/connect/api-reference
 *
 * Nothing is tried twice, redirects are refused, and the token goes into one header only.
 */
import { AppError, escapeControls } from "../../errors.ts";
import type { HttpRequest, HttpTransport } from "../../host/host.ts";
import type { Secret } from "../../secret.ts";
import { StoreError } from "../secret_store.ts";
import { type OpItem, type OpItemShape, type OpSummary, ourItem, ourSummary } from "./op_item.ts";
import type { OpVault } from "./op_store.ts";

export interface OpConnectDeps {
  readonly transport: () => Promise<HttpTransport>;
  /** The proxy for a URL, or `null`. */
  readonly proxyFor: (url: string) => string | null;
  /** The server's address, such as `http://localhost:8080`. */
  readonly host: string;
  readonly vault: string;
  readonly shape: OpItemShape;
  /** Called once, when the server is first called. */
  readonly token: () => Promise<Secret>;
  readonly timeoutMs: number;
}

interface Answer {
  readonly status: number;
  /** `undefined` when there is none, or it is no JSON. */
  readonly body: unknown;
}

export class OpConnect implements OpVault {
  readonly description: string;
  readonly #deps: OpConnectDeps;
  readonly #items: string;
  #token: Promise<Secret> | null = null;

  /** Throws `flag-value-invalid` for a host that is no http or https address. */
  constructor(deps: OpConnectDeps) {
    this.#deps = deps;
    this.description = `1Password vault ${deps.vault} behind ${deps.host}`;
    this.#items = `${baseAddress(deps.host)}/v1/vaults/${encodeURIComponent(deps.vault)}/items`;
  }

  async find(title: string): Promise<readonly OpItem[]> {
    const same = (await this.#listed(`title eq ${JSON.stringify(title)}`)).filter((each) =>
      each.title === title
    );
    const items = await Promise.all(same.map(({ id }) => this.#item(id)));
    return items.filter((item) => item !== null);
  }

  async list(): Promise<readonly OpSummary[]> {
    return await this.#listed(`tag eq ${JSON.stringify(this.#deps.shape.tag)}`);
  }

  async create(item: Record<string, unknown>): Promise<void> {
    await this.#call("POST", "", { ...item, vault: { id: this.#deps.vault } });
  }

  async update(item: OpItem): Promise<void> {
    await this.#call("PUT", `/${encodeURIComponent(item.id)}`, item);
  }

  async remove(item: OpItem): Promise<void> {
    await this.#call("DELETE", `/${encodeURIComponent(item.id)}`, null);
  }

  async #listed(filter: string): Promise<readonly OpSummary[]> {
    const { body } = await this.#call("GET", `?filter=${encodeURIComponent(filter)}`, null);
    if (!Array.isArray(body)) throw this.#unreadable();
    return body.map((item) => ourSummary(item, this.#deps.shape)).filter((item) => item !== null);
  }

  /** `null` when it has gone since it was listed, or is none of ours. */
  async #item(id: string): Promise<OpItem | null> {
    const answer = await this.#send("GET", `/${encodeURIComponent(id)}`, null);
    if (answer.status === 404) return null;
    return ourItem(this.#good(answer).body, this.#deps.shape);
  }

  async #call(
    method: HttpRequest["method"],
    path: string,
    body: Record<string, unknown> | null,
  ): Promise<Answer> {
    return this.#good(await this.#send(method, path, body));
  }

  async #send(
    method: HttpRequest["method"],
    path: string,
    body: Record<string, unknown> | null,
  ): Promise<Answer> {
    const { transport, proxyFor, token, timeoutMs } = this.#deps;
    const secret = await (this.#token ??= token());
    if (!/^[\x21-\x7e]+$/.test(secret.reveal())) {
      throw new StoreError("denied", "the 1Password Connect token has characters that no token has");
    }
    const url = this.#items + path;
    try {
      const response = await (await transport()).request({
        method,
        url,
        headers: {
          authorization: `Bearer ${secret.reveal()}`,
          ...body === null ? {} : { "content-type": "application/json" },
        },
        ...body === null ? {} : { body: new TextEncoder().encode(JSON.stringify(body)) },
        timeoutMs,
        proxy: proxyFor(url),
      });
      return { status: response.status, body: parse(response.body) };
    } catch (failure) {
      if (!(failure instanceof AppError)) throw failure;
      throw new StoreError("unavailable", failure.message, {
        hints: ["see whether the Connect server runs: its /health answers without a token", ...failure.hints],
        cause: failure,
      });
    }
  }

  /** The answer of a call that went well. Messages of the server are not repeated: they may quote what was sent. */
  #good(answer: Answer): Answer {
    const { status } = answer;
    if (status >= 200 && status < 300) return answer;
    const { vault, host } = this.#deps;
    const shown = escapeControls(vault);
    if (status === 401 || status === 403) {
      throw new StoreError("denied", `the Connect server refused the token for vault ${shown} (${status})`, {
        hints: [
          "see that AWS_VAULT_OP_CONNECT_TOKEN is a token of this server that may read and write this vault",
        ],
      });
    }
    if (status === 404) {
      throw new StoreError("unavailable", `the Connect server has no vault ${shown}`, {
        hints: ["--op-vault-id takes the vault's id, not its name"],
      });
    }
    throw new StoreError("unavailable", `the Connect server at ${escapeControls(host)} answered ${status}`, {
      hints: status >= 300 && status < 400
        ? ["redirects are not followed: name the address it redirects to"]
        : [],
    });
  }

  #unreadable(): StoreError {
    return new StoreError(
      "damaged",
      `${escapeControls(this.#deps.host)} answered something else than items`,
      {
        hints: ["see that --op-connect-host is the address of a 1Password Connect server"],
      },
    );
  }
}

function baseAddress(host: string): string {
  let url: URL | null = null;
  try {
    url = new URL(host);
  } catch {
    // Refused below.
  }
  if (
    url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "" ||
    url.search !== "" || url.hash !== ""
  ) {
    throw new AppError("flag-value-invalid", "usage", "--op-connect-host is no address of a server", {
      hints: ["write it like http://localhost:8080"],
    });
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
