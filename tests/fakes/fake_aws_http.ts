/**
 * A small HTTP/1.1 server on loopback that can also misbehave: close a connection at any point, or promise more than it sends. Those are
 * what the servers of the runtimes don't offer.
 */

export interface FakeHttpRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  /** Names in lower case; several values of one name joined with `,`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface FakeHttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Sends only half of the body, then closes the connection. */
  readonly truncate?: boolean;
}

/** `null` closes the connection without an answer. */
export type FakeHttpHandler = (request: FakeHttpRequest) => Promise<FakeHttpResponse | null>;

const MAX_REQUEST_BYTES = 1024 * 1024;

export class FakeHttpServer {
  readonly #listener: Deno.TcpListener;
  readonly #handler: FakeHttpHandler;
  /** Asked when the first bytes of a request have come; true closes the connection there and then. */
  readonly #dropUnread: () => boolean;
  readonly #connections = new Set<Deno.TcpConn>();

  constructor(handler: FakeHttpHandler, dropUnread: () => boolean, port = 0) {
    this.#handler = handler;
    this.#dropUnread = dropUnread;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port });
    this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  close(): void {
    this.#listener.close();
    for (const connection of this.#connections) closeQuietly(connection);
  }

  async #accept(): Promise<void> {
    try {
      for await (const connection of this.#listener) this.#serve(connection);
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    this.#connections.add(connection);
    try {
      const reader = new RequestReader(connection);
      while (await reader.waitForBytes()) {
        if (this.#dropUnread()) return;
        const request = await reader.request();
        const response = await this.#handler(request);
        if (response === null) return;
        const close = response.truncate === true || request.headers["connection"]?.toLowerCase() === "close";
        await send(connection, response, close);
        if (close) return;
      }
    } catch {
      // The peer has gone or does not speak HTTP: either way this connection is over, and its end tells the peer.
    } finally {
      this.#connections.delete(connection);
      closeQuietly(connection);
    }
  }
}

class RequestReader {
  readonly #connection: Deno.TcpConn;
  #buffer = new Uint8Array(0);

  constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Whether there are any; `false` at the end of the connection. */
  async waitForBytes(): Promise<boolean> {
    return this.#buffer.length > 0 || await this.#more();
  }

  async request(): Promise<FakeHttpRequest> {
    const head = new TextDecoder().decode(await this.#until("\r\n\r\n"));
    const [first, ...lines] = head.trimEnd().split("\r\n");
    const [method, target] = first!.split(" ");
    const headers: Record<string, string> = {};
    for (const line of lines) {
      const name = line.slice(0, line.indexOf(":")).toLowerCase();
      const value = line.slice(line.indexOf(":") + 1).trim();
      headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
    }
    if (headers["expect"]?.toLowerCase() === "100-continue") {
      await this.#connection.write(new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n"));
    }
    const body = headers["transfer-encoding"]?.toLowerCase() === "chunked"
      ? await this.#chunks()
      : await this.#take(Number(headers["content-length"] ?? 0));
    return { method: method!, target: target!, headers, body };
  }

  async #chunks(): Promise<Uint8Array> {
    const body: number[] = [];
    while (true) {
      const size = parseInt(new TextDecoder().decode(await this.#until("\r\n")), 16);
      const chunk = await this.#take(size);
      await this.#until("\r\n");
      if (size === 0) return Uint8Array.from(body);
      body.push(...chunk);
    }
  }

  async #until(end: string): Promise<Uint8Array> {
    while (true) {
      const at = indexOf(this.#buffer, end);
      if (at >= 0) return await this.#take(at + end.length);
      if (!await this.#more()) throw new Error("the connection ended inside of a request");
    }
  }

  async #take(count: number): Promise<Uint8Array> {
    while (this.#buffer.length < count) {
      if (!await this.#more()) throw new Error("the connection ended inside of a request");
    }
    const taken = this.#buffer.slice(0, count);
    this.#buffer = this.#buffer.slice(count);
    return taken;
  }

  async #more(): Promise<boolean> {
    if (this.#buffer.length > MAX_REQUEST_BYTES) throw new Error("the request is too large");
    const chunk = new Uint8Array(16 * 1024);
    const count = await this.#connection.read(chunk);
    if (count === null) return false;
    const grown = new Uint8Array(this.#buffer.length + count);
    grown.set(this.#buffer);
    grown.set(chunk.subarray(0, count), this.#buffer.length);
    this.#buffer = grown;
    return true;
  }
}

function indexOf(bytes: Uint8Array, text: string): number {
  const wanted = new TextEncoder().encode(text);
  for (let at = 0; at + wanted.length <= bytes.length; at++) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}

async function send(connection: Deno.TcpConn, response: FakeHttpResponse, close: boolean): Promise<void> {
  const body = new TextEncoder().encode(response.body);
  const headers = {
    ...response.headers,
    "content-length": String(body.length),
    connection: close ? "close" : "keep-alive",
  };
  const head = `HTTP/1.1 ${response.status} Fake\r\n` +
    Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("") + "\r\n";
  const sent = response.truncate ? body.subarray(0, body.length >> 1) : body;
  const bytes = new Uint8Array([...new TextEncoder().encode(head), ...sent]);
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

function closeQuietly(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // Closed already, by the peer or by us.
  }
}
