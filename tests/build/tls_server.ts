/** An HTTPS server on loopback with a certificate of its own making that nobody trusts. Needs `openssl` on PATH. */

export interface TlsServer {
  readonly url: string;
  /** PEM. */
  readonly certificate: string;
  readonly certificatePath: string;
}

export async function withTlsServer(use: (server: TlsServer) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tls-server-" });
  try {
    const certificatePath = `${folder}/certificate.pem`;
    const keyPath = `${folder}/key.pem`;
    await makeCertificate(certificatePath, keyPath);
    const certificate = await Deno.readTextFile(certificatePath);
    const options = {
      hostname: "127.0.0.1",
      port: 0,
      cert: certificate,
      key: await Deno.readTextFile(keyPath),
    };
    const server = Deno.serve(
      { ...options, onListen: () => {}, onError: () => new Response(null) },
      () => new Response("ok"),
    );
    try {
      await use({ url: `https://localhost:${server.addr.port}/`, certificate, certificatePath });
    } finally {
      await server.shutdown();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function makeCertificate(certificatePath: string, keyPath: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", {
    args: [
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost".split(
        " ",
      ),
      ..."-addext subjectAltName=DNS:localhost".split(" "),
      ..."-addext basicConstraints=critical,CA:FALSE".split(" "),
      "-keyout",
      keyPath,
      "-out",
      certificatePath,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`openssl made no certificate: ${new TextDecoder().decode(stderr)}`);
}
