/**
 * Watches how the short way comes to an answer, and has the kernel remember it for `hot_path.ts`. It notes every variable, file and sight
 * that had a part in it; where one could not be checked again before the next answer, nothing is remembered.
 */
import { version } from "./cli/version.ts";
import { AppError } from "./errors.ts";
import type { Files, Host } from "./host/host.ts";
import type { ShortTermMemory } from "./sessions/cache_key.ts";
import { fileIdentity } from "./sessions/file_identity.ts";
import { freshPeriod, type Lifetime } from "./sessions/freshness.ts";
import {
  ANSWER_DESCRIPTION,
  ANSWER_VARIABLES,
  answerQuestion,
  encodeAnswer,
} from "./sessions/remembered_answer.ts";
import { sealedStart } from "./sessions/session_file.ts";
import type { SessionCache } from "./sessions/session_cache.ts";
import { kernelMemory } from "./user_state.ts";

/** PIPE_BUF of Linux: so much is written to a pipe as a whole or not at all. */
const LONGEST_ANSWER = 4096;
/** A config file of more bytes is not read for each answer, as long as it is the same file. */
const LARGE_CONFIG = 8 * 1024;
/**
 * What was written so long before it was read can't have been written again with the same time stamp: more than the coarsest tick of a file
 * system, FAT's.
 */
const SETTLED_MS = 2_000;
/** Of what the kernel lets a user have in keys, this part is left to others: keyrings(7), "quotas". */
const SHARE_OF_QUOTA = 0.75;

export class AnswerWatch {
  /** To be used instead of the host it was made of. */
  readonly host: Host;
  readonly #real: Host;
  readonly #sights = new Map<string, boolean>();
  #repeatable = true;
  #config: { path: string; text: string; readAt: number } | null = null;
  #record: { path: string; bytes: Uint8Array } | null = null;
  #lifetime: Lifetime | null = null;
  #key: { description: string; bytes: Uint8Array; keepSeconds: number } | null = null;

  constructor(host: Host) {
    this.#real = host;
    this.host = Object.create(host, {
      env: {
        value: { get: (name: string) => this.#variable(name), all: () => this.#unrepeatable(host.env.all()) },
      },
      files: { value: this.#files(host.files) },
      userDatabaseHome: { value: () => this.#unrepeatable(host.userDatabaseHome()) },
      currentDirectory: { value: () => this.#unrepeatable(host.currentDirectory()) },
    });
  }

  memory(memory: ShortTermMemory | null): ShortTermMemory | null {
    if (memory === null) return null;
    const read = (description: string, keepSeconds: number) => {
      const bytes = memory.read(description, keepSeconds);
      if (bytes !== null) this.#key = { description, bytes, keepSeconds };
      return bytes;
    };
    return {
      read,
      write: (description, bytes, seconds) => memory.write(description, bytes, seconds),
      remove: (description) => memory.remove(description),
      list: () => memory.list(),
    };
  }

  cache(cache: SessionCache): Pick<SessionCache, "read"> {
    return {
      read: async (name, key) => {
        const found = await cache.read(name, key);
        this.#lifetime = found?.lifetime ?? null;
        return found;
      },
    };
  }

  /** `text` is what was printed. `windowMs` as for {@link freshPeriod}. A memory that fails has no consequences. */
  async remember(text: string, windowMs: number): Promise<void> {
    try {
      await this.#remember(text, windowMs);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }

  async #remember(text: string, windowMs: number): Promise<void> {
    const host = this.#real, config = this.#config, record = this.#record, key = this.#key;
    if (!this.#repeatable || config === null || record === null || key === null || this.#lifetime === null) {
      return;
    }
    const { from, until } = freshPeriod(this.#lifetime, windowMs);
    const answer = new TextEncoder().encode(text), recordStart = sealedStart(record.bytes);
    if (answer.length > LONGEST_ANSWER || recordStart + answer.length > record.bytes.length) return;
    const share = answer.map((byte, i) => byte ^ record.bytes[recordStart + i]!);
    const content = new TextEncoder().encode(config.text);
    const identity = content.length > LARGE_CONFIG ? await fileIdentity(host, config.path) : null;
    const configIsLarge = identity !== null && identity.changedAt < config.readAt - SETTLED_MS;
    const payload = encodeAnswer({
      from,
      until,
      keepSeconds: key.keepSeconds,
      keyDescription: key.description,
      recordPath: record.path,
      recordLength: record.bytes.length,
      recordStart,
      proof: await this.#digest(configIsLarge ? identity.bytes : content, record.bytes, key.bytes, share),
      configPath: config.path,
      configIsLarge,
      sights: [...this.#sights].map(([path, exists]) => (exists ? "+" : "-") + path),
      share,
    });
    const paths = [config.path, record.path, ...this.#sights.keys()];
    if (payload === null || !paths.every((path) => path.startsWith("/"))) return;
    const question = answerQuestion(version, host.args, (name) => host.env.get(name));
    const description = ANSWER_DESCRIPTION + await this.#digest(new TextEncoder().encode(question));
    const seconds = Math.min(key.keepSeconds, Math.ceil((until - host.clock.now()) / 1000));
    if (!hasRoomInKernel(host, description.length + payload.length)) return;
    const memory = await kernelMemory(host);
    memory?.write(description, payload, seconds);
    // A lock that ran since the key was read may have missed the answer.
    if (memory?.read(key.description, key.keepSeconds) === null) memory.remove(description);
  }

  #variable(name: string): string | undefined {
    if (name !== "" && !ANSWER_VARIABLES.includes(name)) this.#repeatable = false;
    return this.#real.env.get(name);
  }

  #files(files: Files): Files {
    const watched: Partial<Files> = {
      exists: (path) => {
        const exists = files.exists(path);
        this.#sights.set(path, exists);
        return exists;
      },
      readText: (path) => {
        const readAt = this.#real.clock.now(), text = files.readText(path);
        // Nothing but a regular file reads the same twice.
        if (this.#config !== null || text === null || files.stat(path)?.kind !== "file") {
          this.#repeatable = false;
        } else this.#config = { path, text, readAt };
        return text;
      },
      readBytes: (path) => {
        const bytes = files.readBytes(path);
        if (this.#record !== null) this.#repeatable = false;
        else if (bytes !== null) this.#record = { path, bytes };
        return bytes;
      },
      stat: (path, options) => this.#unrepeatable(files.stat(path, options)),
      list: (path) => this.#unrepeatable(files.list(path)),
      realPath: (path) => this.#unrepeatable(files.realPath(path)),
      readLink: (path) => this.#unrepeatable(files.readLink(path)),
      isExecutable: (path) => this.#unrepeatable(files.isExecutable(path)),
    };
    return Object.create(
      files,
      Object.fromEntries(Object.entries(watched).map(([name, value]) => [name, { value }])),
    );
  }

  #unrepeatable<T>(value: T): T {
    this.#repeatable = false;
    return value;
  }

  async #digest(...parts: readonly Uint8Array[]): Promise<string> {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    const digest = await this.#real.sha256(whole);
    return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

/**
 * By the kernel's own table, /proc/key-users: `uid: usage nkeys/nikeys qnkeys/maxkeys qnbytes/maxbytes`. Where that is out of sight (Deno
 * wants all permissions for it), the kernel's refusal has to do.
 */
function hasRoomInKernel({ files, userId }: Pick<Host, "files" | "userId">, bytes: number): boolean {
  let table: string | null;
  try {
    table = files.readText("/proc/key-users");
  } catch (error) {
    if (error instanceof AppError) return true;
    throw error;
  }
  const fields = new RegExp(`^ *${userId()}: +\\d+ \\d+/\\d+ (\\d+)/(\\d+) (\\d+)/(\\d+)$`, "m").exec(
    table ?? "",
  );
  if (fields === null) return true;
  const [keys, mostKeys, used, most] = fields.slice(1).map(Number) as [number, number, number, number];
  return keys + 1 <= mostKeys * SHARE_OF_QUOTA && used + bytes <= most * SHARE_OF_QUOTA;
}
