/**
 * Chooses the proxy for a URL from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, as Go programs read them: the upper-case name is looked at
 * first, `ALL_PROXY` never. This machine itself is never reached through a proxy.
 */
import { AppError } from "../errors.ts";
import type { Environment } from "../host/host.ts";

/**
 * `http://[user:password@]host:port`, or `null` for a direct connection. Throws AppError `proxy-invalid` (kind config) naming the variable,
 * never its value, which may hold a password.
 */
export function chooseProxy(url: string, env: Pick<Environment, "get">): string | null {
  const target = new URL(url);
  const names = target.protocol === "https:" ? ["HTTPS_PROXY", "https_proxy"] : ["HTTP_PROXY", "http_proxy"];
  const name = names.find((candidate) => env.get(candidate)?.trim());
  if (name === undefined) return null;
  const host = bareHost(target.hostname);
  const address = ipBytes(host);
  if (isLoopback(host, address)) return null;
  const exceptions = env.get("NO_PROXY")?.trim() || env.get("no_proxy") || "";
  const port = target.port || (target.protocol === "https:" ? "443" : "80");
  const spared = exceptions.split(",").some((entry) =>
    matches(entry.trim().toLowerCase(), host, port, address)
  );
  return spared ? null : proxyUrl(name, env.get(name)!.trim());
}

function proxyUrl(variable: string, value: string): string {
  const refuse = (reason: string) =>
    new AppError("proxy-invalid", "config", `${variable} ${reason}`, {
      hints: [`it should look like http://host:port; or unset ${variable}, or name the host in NO_PROXY`],
    });
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u0020\u007f-\u009f\\]/.test(value)) {
    throw refuse("has blanks, control characters or backslashes in it");
  }
  let url: URL;
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`);
  } catch {
    throw refuse("is not a URL");
  }
  if (url.protocol !== "http:") throw refuse("must name a plain http:// proxy; others are not supported");
  if (url.hostname === "") throw refuse("names no host");
  const user = url.username === "" && url.password === "" ? "" : `${url.username}:${url.password}@`;
  return `http://${user}${url.hostname}:${url.port || "80"}`;
}

/** Whether one entry of `NO_PROXY` covers the target: `*`, an address, a block such as `10.0.0.0/8`, or a domain; each with or without a port. */
function matches(entry: string, host: string, port: string, address: Uint8Array | null): boolean {
  if (entry === "") return false;
  if (entry === "*") return true;
  if (entry.includes("/")) return address !== null && inBlock(entry, address);
  const { name, entryPort } = splitPort(entry);
  if (entryPort !== null && entryPort !== port) return false;
  const entryAddress = ipBytes(bareHost(name));
  if (entryAddress !== null) {
    return address !== null && sameBits(entryAddress, address, 8 * entryAddress.length);
  }
  if (address !== null) return false;
  // `.example.com` and `*.example.com` stand for subdomains only, `example.com` for itself and them.
  const domain = bareHost(name.startsWith("*.") ? name.slice(1) : name);
  return domain.startsWith(".") ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

function splitPort(entry: string): { name: string; entryPort: string | null } {
  const parts = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry);
  return parts === null ? { name: entry, entryPort: null } : { name: parts[1]!, entryPort: parts[2]! };
}

/** Without brackets, without the dot that ends a fully qualified name, in lower case. */
function bareHost(host: string): string {
  return host.toLowerCase().replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}

function isLoopback(host: string, address: Uint8Array | null): boolean {
  if (address === null) return host === "localhost" || host.endsWith(".localhost");
  return address.length === 4 ? address[0] === 127 : address.every((byte, i) => byte === (i === 15 ? 1 : 0));
}

function inBlock(block: string, address: Uint8Array): boolean {
  const [base, size] = block.split("/", 2) as [string, string];
  const start = ipBytes(bareHost(base));
  if (start === null || !/^\d{1,3}$/.test(size)) return false;
  return Number(size) <= 8 * start.length && sameBits(start, address, Number(size));
}

function sameBits(a: Uint8Array, b: Uint8Array, count: number): boolean {
  if (a.length !== b.length) return false;
  for (let bit = 0; bit < count; bit++) {
    const mask = 0x80 >> (bit % 8);
    if (((a[bit >> 3]! ^ b[bit >> 3]!) & mask) !== 0) return false;
  }
  return true;
}

/** Four or sixteen bytes; `null` when the text is no address. An IPv4 address written in IPv6 form counts as IPv4. */
function ipBytes(text: string): Uint8Array | null {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    const parts = text.split(".").map(Number);
    return parts.every((part) => part < 256) ? Uint8Array.from(parts) : null;
  }
  if (!text.includes(":")) return null;
  let canonical: string;
  try {
    // The URL parser knows every spelling of an IPv6 address and answers the one of RFC 5952, without dots.
    canonical = new URL(`http://[${text}]`).hostname.slice(1, -1);
  } catch {
    return null;
  }
  const [head, tail] = canonical.split("::", 2) as [string, string | undefined];
  const words = (part: string) => part === "" ? [] : part.split(":").map((word) => parseInt(word, 16));
  const before = words(head), after = tail === undefined ? [] : words(tail);
  const all = [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
  const bytes = Uint8Array.from(all.flatMap((word) => [word >> 8, word & 0xff]));
  const mapped = all.slice(0, 5).every((word) => word === 0) && all[5] === 0xffff;
  return mapped ? bytes.slice(12) : bytes;
}
