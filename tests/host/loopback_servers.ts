/** Servers on loopback that behave well or badly, for the HTTP tests. */

export interface Servers extends AsyncDisposable {
  /** Answers a POST with what it got, as JSON; `/redirect`, `/large` and `/twice` do what they are called. */
  readonly echo: string;
  /** The same over TLS, with a certificate of the authority in `authority`. */
  readonly secure: string;
  /** PEM. */
  readonly authority: string;
  readonly otherAuthority: string;
  /** A forward proxy that answers everything itself and remembers it. */
  readonly proxy: string;
  readonly proxied: string[];
  /** Reads the request and closes. */
  readonly cut: string;
  /** Promises a longer body than it sends. */
  readonly half: string;
  /** Reads and never answers. */
  readonly silent: string;
  /** Nobody listens there. */
  readonly nobody: string;
}

const LARGE_BYTES = 5 * 1024 * 1024;

export async function startServers(): Promise<Servers> {
  const folder = Deno.makeTempDirSync();
  const [authority, otherAuthority] = await Promise.all([
    makeAuthority(folder, "one"),
    makeAuthority(folder, "two"),
  ]);
  await sign(folder, "one");
  const plain = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, answer);
  const secure = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen() {},
    cert: Deno.readTextFileSync(`${folder}/server.pem`),
    key: Deno.readTextFileSync(`${folder}/server.key`),
  }, answer);
  const proxied: string[] = [];
  const raw = {
    proxy: listen((request) => {
      proxied.push(request);
      return "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nby proxy!";
    }),
    cut: listen(() => ""),
    half: listen(() => "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf"),
    silent: listen(() => null),
  };
  const free = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const nobody = url(free);
  free.close();
  return {
    echo: `http://127.0.0.1:${plain.addr.port}`,
    secure: `https://127.0.0.1:${secure.addr.port}`,
    authority,
    otherAuthority,
    proxied,
    proxy: url(raw.proxy.listener),
    cut: url(raw.cut.listener),
    half: url(raw.half.listener),
    silent: url(raw.silent.listener),
    nobody,
    async [Symbol.asyncDispose]() {
      for (const { stop } of Object.values(raw)) stop();
      await Promise.all([plain.shutdown(), secure.shutdown()]);
      Deno.removeSync(folder, { recursive: true });
    },
  };
}

async function answer(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/redirect") {
    return new Response("moved", { status: 302, headers: { location: "/elsewhere" } });
  }
  if (pathname === "/large") return new Response(new Uint8Array(LARGE_BYTES));
  if (pathname === "/twice") return new Response("", { headers: [["X-Two", "a"], ["X-Two", "b"]] });
  if (pathname === "/gzip") {
    return new Response("not gzip at all", { headers: { "content-encoding": "gzip" } });
  }
  const headers = Object.fromEntries(request.headers);
  return Response.json({ method: request.method, path: pathname, headers, body: await request.text() });
}

function url(listener: Deno.TcpListener): string {
  return `http://127.0.0.1:${listener.addr.port}`;
}

/** `reply` gives the bytes to send before closing; `null` keeps the connection open and silent. */
function listen(reply: (request: string) => string | null) {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const open = new Set<Deno.TcpConn>();
  const serve = async (connection: Deno.TcpConn) => {
    open.add(connection);
    const buffer = new Uint8Array(16_384);
    const length = await connection.read(buffer) ?? 0;
    const text = reply(new TextDecoder().decode(buffer.subarray(0, length)));
    if (text === null) return;
    await connection.write(new TextEncoder().encode(text));
    open.delete(connection);
    connection.close();
  };
  (async () => {
    for await (const connection of listener) serve(connection).catch(() => {});
  })().catch(() => {});
  const stop = () => {
    listener.close();
    for (const connection of open) connection.close();
  };
  return { listener, stop };
}

async function openssl(args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args, stdout: "null", stderr: "piped" })
    .output();
  if (!success) throw new Error(`openssl ${args[0]}: ${new TextDecoder().decode(stderr)}`);
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

async function makeAuthority(folder: string, name: string): Promise<string> {
  const path = `${folder}/${name}`;
  await openssl([
    "req",
    "-x509",
    ...NEW_KEY,
    ...["-keyout", `${path}.key`, "-out", `${path}.pem`, "-days", "2", "-subj", `/CN=authority ${name}`],
    ...["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"],
  ]);
  return Deno.readTextFileSync(`${path}.pem`);
}

async function sign(folder: string, authority: string): Promise<void> {
  const server = `${folder}/server`;
  await openssl([
    "req",
    ...NEW_KEY,
    ...["-keyout", `${server}.key`, "-out", `${server}.csr`, "-subj", "/CN=server"],
  ]);
  Deno.writeTextFileSync(
    `${folder}/extensions`,
    "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n",
  );
  await openssl([
    ...["x509", "-req", "-in", `${server}.csr`, "-CA", `${folder}/${authority}.pem`],
    ...["-CAkey", `${folder}/${authority}.key`, "-CAcreateserial", "-out", `${server}.pem`, "-days", "2"],
    ...["-extfile", `${folder}/extensions`],
  ]);
}
