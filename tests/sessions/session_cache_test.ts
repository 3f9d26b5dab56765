import assert from "node:assert/strict";
import type { Credentials } from "../../src/aws/credentials.ts";
import { AppError } from "../../src/errors.ts";
import { replaceFile } from "../../src/host/atomic_file.ts";
import { createDenoHost } from "../../src/host/deno.ts";
import { Secret } from "../../src/secret.ts";
import { SessionCache, setAside } from "../../src/sessions/session_cache.ts";
import type { CacheKey } from "../../src/sessions/session_file.ts";

const NOW = Date.UTC(2026, 10, 23, 12);
const HOUR = 3_600_000;
const NAME = "a".repeat(64);

const credentials: Credentials = {
  accessKeyId: "ASIAEXAMPLEEXAMPLE00",
  secretAccessKey: new Secret("the-secret-key"),
  sessionToken: new Secret("the-session-token"),
  expiresAt: NOW + HOUR,
  accountId: "123456789012",
};
const header = {
  kind: "sts.AssumeRole",
  profile: "role",
  involved: ["role", "base"],
  issuedAt: NOW,
  expiresAt: NOW + HOUR,
} as const;

function key(fill: number): CacheKey {
  return { id: `key-${fill}`, bytes: new Uint8Array(32).fill(fill) };
}

interface Room {
  cache: SessionCache;
  folder: string;
  warnings: string[];
  /** The clock, to be set. */
  time: { now: number };
}

/** Runs the test on a cache in a folder of its own, on real files. */
async function withCache(test: (room: Room) => Promise<void>): Promise<void> {
  const { files, random } = createDenoHost();
  const folder = `${await Deno.makeTempDir()}/sessions`;
  const warnings: string[] = [];
  const time = { now: NOW };
  const warn = (message: string) => void warnings.push(message);
  const cache = new SessionCache({
    folder,
    files,
    now: () => time.now,
    randomBytes: (length) => random.bytes(length),
    replaceFile: (path, bytes) => replaceFile(files, random, path, bytes, { mode: 0o600 }),
    damaged: (path) => setAside(files, path, warn),
    warn,
  });
  try {
    await test({ cache, folder, warnings, time });
  } finally {
    await Deno.remove(folder.replace(/\/sessions$/, ""), { recursive: true });
  }
}

/** What `read` gives, as plain text for comparing. */
function plain(found: Awaited<ReturnType<SessionCache["read"]>>): string | null {
  if (found === null) return null;
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt, accountId } = found.credentials;
  return [accessKeyId, secretAccessKey.reveal(), sessionToken?.reveal(), expiresAt, accountId].join(" ");
}
const WRITTEN = `ASIAEXAMPLEEXAMPLE00 the-secret-key the-session-token ${NOW + HOUR} 123456789012`;

Deno.test("SessionCache gives back what was written, under its name and key alone", () =>
  withCache(async ({ cache, warnings }) => {
    await cache.write(NAME, header, credentials, key(1), cache.epoch());
    assert.equal(plain(await cache.read(NAME, () => key(1))), WRITTEN);
    assert.equal(await cache.read("b".repeat(64), () => key(1)), null);
    assert.equal(await cache.read(NAME, () => key(2)), null, "a replaced key is a miss");
    assert.equal(await cache.read(NAME, () => null), null);
    assert.deepEqual(warnings, []);
  }));

Deno.test("SessionCache asks for the key only when there is a file that has not expired", () =>
  withCache(async ({ cache, time }) => {
    const never = () => assert.fail("asked for the key");
    assert.equal(await cache.read(NAME, never), null);
    await cache.write(NAME, header, credentials, key(1), cache.epoch());
    time.now = NOW + HOUR;
    assert.equal(await cache.read(NAME, never), null);
  }));

Deno.test("SessionCache writes no secret in clear, folder 0700 and file 0600", () =>
  withCache(async ({ cache, folder }) => {
    await cache.write(NAME, header, credentials, key(1), cache.epoch());
    const path = `${folder}/${NAME}.session`;
    const text = new TextDecoder("latin1").decode(await Deno.readFile(path));
    for (const secret of ["the-secret-key", "the-session-token", "ASIAEXAMPLE"]) {
      assert.ok(!text.includes(secret), secret);
    }
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    assert.equal((await Deno.stat(folder)).mode! & 0o777, 0o700);
    assert.deepEqual([...Deno.readDirSync(folder)].map((entry) => entry.name), [`${NAME}.session`]);
  }));

Deno.test("SessionCache never takes a changed file for good: every byte is vouched for", () =>
  withCache(async ({ cache, folder }) => {
    await cache.write(NAME, header, credentials, key(1), cache.epoch());
    const path = `${folder}/${NAME}.session`;
    const good = await Deno.readFile(path);
    for (let at = 0; at < good.length; at += 3) {
      const bad = good.slice();
      bad[at]! ^= 1;
      await Deno.writeFile(path, bad);
      assert.equal(await cache.read(NAME, () => key(1)), null, `byte ${at}`);
    }
  }));

Deno.test("SessionCache sets a truncated, foreign or swapped file aside with one warning", async (t) => {
  const damages: Record<string, (good: Uint8Array) => Uint8Array> = {
    "cut in the middle": (good) => good.subarray(0, good.length - 20),
    "only its header": (good) => good.subarray(0, good.indexOf(10) + 1),
    empty: () => new Uint8Array(),
    "another program's": () => new TextEncoder().encode("[profile x]\n"),
  };
  for (const [what, damage] of Object.entries(damages)) {
    await t.step(what, () =>
      withCache(async ({ cache, folder, warnings }) => {
        await cache.write(NAME, header, credentials, key(1), cache.epoch());
        const path = `${folder}/${NAME}.session`;
        await Deno.writeFile(path, damage(await Deno.readFile(path)));
        assert.equal(await cache.read(NAME, () => key(1)), null);
        assert.equal(await cache.read(NAME, () => key(1)), null);
        assert.deepEqual(warnings, [`a damaged session file was set aside as ${path}.damaged`]);
      }));
  }
  await t.step("renamed to another record's name", () =>
    withCache(async ({ cache, folder, warnings }) => {
      await cache.write(NAME, header, credentials, key(1), cache.epoch());
      const other = "b".repeat(64);
      await Deno.rename(`${folder}/${NAME}.session`, `${folder}/${other}.session`);
      assert.equal(await cache.read(other, () => key(1)), null);
      assert.equal(warnings.length, 1);
    }));
});

Deno.test("SessionCache keeps no answer to a question that was asked before records were cleared", () =>
  withCache(async ({ cache }) => {
    await cache.write(NAME, header, credentials, key(1), cache.epoch());
    const epoch = cache.epoch();
    assert.equal(cache.clear("base"), 1);
    await cache.write(NAME, header, credentials, key(1), epoch);
    assert.equal(await cache.read(NAME, () => key(1)), null);
    await cache.write(NAME, header, credentials, key(1), cache.epoch());
    assert.equal(plain(await cache.read(NAME, () => key(1))), WRITTEN);
  }));

Deno.test("SessionCache.clear takes what any profile of the chain has a part in, and nothing else", () =>
  withCache(async ({ cache }) => {
    const records = [["a", ["role", "base"]], ["b", ["base"]], ["c", ["other"]]] as const;
    for (const [letter, involved] of records) {
      await cache.write(
        letter.repeat(64),
        { ...header, profile: involved[0], involved },
        credentials,
        key(1),
        cache.epoch(),
      );
    }
    assert.equal(cache.clear("role"), 1);
    assert.equal(cache.clear("base"), 1);
    assert.deepEqual(cache.list().map(({ profile }) => profile), ["other"]);
    assert.equal(cache.clear(null), 1);
    assert.deepEqual(cache.list(), []);
  }));

/** A disk that takes no more bytes until so many files are gone. */
async function clearOnFullDisk(goneForRoom: number, profile: string | null) {
  let outcome: unknown;
  let left: string[] = [];
  await withCache(async (room) => {
    const { files } = createDenoHost();
    for (const letter of ["a", "b"]) {
      await room.cache.write(letter.repeat(64), header, credentials, key(1), room.cache.epoch());
    }
    let gone = 0;
    const cache = new SessionCache({
      folder: room.folder,
      files: {
        ...files,
        remove: (path) => {
          gone++;
          return files.remove(path);
        },
      },
      now: () => NOW,
      randomBytes: (length) => new Uint8Array(length).fill(7),
      replaceFile: (path, bytes) => {
        if (gone < goneForRoom) throw new AppError("file-full", "unavailable", "no space left");
        Deno.writeFileSync(path, bytes);
      },
      damaged: () => {},
      warn: () => {},
    });
    try {
      outcome = cache.clear(profile);
    } catch (error) {
      outcome = error;
    }
    left = [...Deno.readDirSync(room.folder)].map(({ name }) => name);
  });
  return { outcome, left };
}

for (const profile of [null, "base"]) {
  Deno.test(`SessionCache.clear of ${profile ?? "all"} takes the records also where no mark can be written, and then says so`, async () => {
    const { outcome, left } = await clearOnFullDisk(Infinity, profile);
    assert.deepEqual(left, []);
    assert.ok(outcome instanceof AppError);
    assert.equal(outcome.code, "file-full");
    assert.match(outcome.message, /^the sessions are removed, but .*no space left$/);
  });

  Deno.test(`SessionCache.clear of ${profile ?? "all"} writes its mark once the records have made room for it`, async () => {
    assert.deepEqual(await clearOnFullDisk(2, profile), { outcome: 2, left: ["epoch"] });
  });

  Deno.test(`SessionCache.clear of ${profile ?? "all"} takes what was told of failed calls`, () =>
    withCache(async ({ cache, folder }) => {
      await cache.write(NAME, header, credentials, key(1), cache.epoch());
      await Deno.writeTextFile(`${folder}/${"c".repeat(64)}.failed`, "{}");
      assert.equal(cache.clear(profile), 1);
      assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["epoch"]);
    }));
}

Deno.test("SessionCache.sweep takes what was told of failed calls more than a day ago", () =>
  withCache(async ({ cache, folder, time }) => {
    await cache.write(NAME, header, credentials, key(1), cache.epoch());
    await Deno.writeTextFile(`${folder}/${"c".repeat(64)}.failed`, "{}");
    time.now = Date.now() + 23 * HOUR;
    cache.sweep();
    assert.ok([...Deno.readDirSync(folder)].some(({ name }) => name.endsWith(".failed")));
    time.now = Date.now() + 25 * HOUR;
    cache.sweep();
    assert.ok(![...Deno.readDirSync(folder)].some(({ name }) => name.endsWith(".failed")));
  }));

Deno.test("SessionCache.list needs no key and shows expired records too", () =>
  withCache(async ({ cache, time }) => {
    await cache.write(NAME, header, credentials, key(1), cache.epoch());
    time.now = NOW + 2 * HOUR;
    assert.deepEqual(cache.list(), [{ kind: "sts.AssumeRole", profile: "role", expiresAt: NOW + HOUR }]);
  }));

Deno.test("SessionCache.sweep removes what has expired and leaves the rest", () =>
  withCache(async ({ cache, folder, time }) => {
    await cache.write(NAME, header, credentials, key(1), cache.epoch());
    await cache.write(
      "b".repeat(64),
      { ...header, expiresAt: NOW + 3 * HOUR },
      credentials,
      key(1),
      cache.epoch(),
    );
    time.now = NOW + 2 * HOUR;
    cache.sweep();
    assert.deepEqual([...Deno.readDirSync(folder)].map((entry) => entry.name), [`${"b".repeat(64)}.session`]);
  }));

Deno.test("SessionCache answers with a warning, not a failure, where it can't write", () =>
  withCache(async ({ cache, folder, warnings }) => {
    await Deno.writeTextFile(folder, "a file where the folder should be");
    await cache.write(NAME, header, credentials, key(1), cache.epoch());
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /^could not keep the session for next time: /);
    assert.ok(!warnings[0]!.includes("the-secret-key"));
  }));

Deno.test("SessionCache sets aside what it cannot read, and lists and clears the others", () =>
  withCache(async ({ cache, folder, warnings }) => {
    await cache.write(NAME, header, credentials, key(1), cache.epoch());
    const odd = "b".repeat(64);
    Deno.mkdirSync(`${folder}/${odd}.session`);
    assert.deepEqual(cache.list().map(({ profile }) => profile), ["role"]);
    assert.equal(cache.clear("role"), 1);
    assert.equal(await cache.read(odd, () => key(1)), null);
    assert.equal(warnings.length, 1);
    await cache.write(odd, header, credentials, key(1), cache.epoch());
    assert.equal(plain(await cache.read(odd, () => key(1))), WRITTEN);
  }));
