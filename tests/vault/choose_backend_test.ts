import assert from "node:assert/strict";
import { AppError } from "../../src/errors.ts";
import { createFiles } from "../../src/host/files.ts";
import type { OperatingSystem } from "../../src/host/host.ts";
import {
  availableBackends,
  type BackendFacts,
  chooseBackend,
  gatherFacts,
} from "../../src/vault/choose_backend.ts";
import { FakeFiles } from "../fakes/fake_files.ts";

const DESKTOP: BackendFacts = { os: "linux", sessionBus: true, secretService: true, kwallet: true };
const BUS_ONLY: BackendFacts = { os: "linux", sessionBus: true, secretService: false, kwallet: true };
const HEADLESS: BackendFacts = { os: "linux", sessionBus: false, secretService: false, kwallet: false };
const LOST: BackendFacts = { ...HEADLESS, busIsNamed: true };

function on(os: OperatingSystem): BackendFacts {
  return { os, sessionBus: false, secretService: false, kwallet: false };
}

Deno.test("chooseBackend takes the flag, then the variable, then the store of the system", () => {
  const rows: readonly (readonly [string | null, string | null, BackendFacts, string, string])[] = [
    ["file", "keyctl", DESKTOP, "file", "asked for by --backend"],
    [null, "keyctl", DESKTOP, "keyctl", "asked for by AWS_VAULT_BACKEND"],
    ["", "keyctl", HEADLESS, "keyctl", "asked for by AWS_VAULT_BACKEND"],
    [null, "", DESKTOP, "secret-service", "the session bus has a Secret Service"],
    [null, null, DESKTOP, "secret-service", "the session bus has a Secret Service"],
    ["secret-service", null, BUS_ONLY, "secret-service", "asked for by --backend"],
    [null, null, BUS_ONLY, "file", "the session bus has no Secret Service"],
    [null, null, HEADLESS, "file", "there is no session bus"],
    [null, null, LOST, "file", "there is no session bus where DBUS_SESSION_BUS_ADDRESS says"],
    [null, null, on("darwin"), "keychain", "the store of macOS"],
    [null, null, on("windows"), "wincred", "the store of Windows"],
    [null, null, on("freebsd"), "file", "this system has no store of its own"],
  ];
  for (const [flag, variable, facts, backend, reason] of rows) {
    assert.deepEqual(chooseBackend(flag, variable, facts), { backend, reason });
  }
});

Deno.test("chooseBackend refuses what is not there, and lists what is with its caveat", () => {
  const rows: readonly (readonly [string, BackendFacts, string, string, readonly string[]])[] = [
    ["pas", HEADLESS, "backend-unknown", 'unknown backend "pas" in --backend', [
      "keyctl",
      "pass",
      "passage",
      "file",
      "op",
      "op-desktop",
      "op-connect",
    ]],
    ["File", DESKTOP, "backend-unknown", 'unknown backend "File" in --backend', [
      "secret-service",
      "kwallet",
      "keyctl",
      "pass",
      "passage",
      "file",
      "op",
      "op-desktop",
      "op-connect",
    ]],
    ["a\x1b[0m", HEADLESS, "backend-unknown", 'unknown backend "a\\x1b[0m" in --backend', [
      "keyctl",
      "pass",
      "passage",
      "file",
      "op",
      "op-desktop",
      "op-connect",
    ]],
    [
      "secret-service",
      HEADLESS,
      "backend-unavailable",
      "the backend secret-service is not available: there is no session bus",
      ["keyctl", "pass", "passage", "file", "op", "op-desktop", "op-connect"],
    ],
    [
      "kwallet",
      HEADLESS,
      "backend-unavailable",
      "the backend kwallet is not available: there is no session bus",
      ["keyctl", "pass", "passage", "file", "op", "op-desktop", "op-connect"],
    ],
    [
      "kwallet",
      { ...BUS_ONLY, kwallet: false },
      "backend-unavailable",
      "the backend kwallet is not available: DISABLE_KWALLET is set",
      ["secret-service", "keyctl", "pass", "passage", "file", "op", "op-desktop", "op-connect"],
    ],
    [
      "keychain",
      HEADLESS,
      "backend-unavailable",
      "the backend keychain is not available: this system (linux) has no such store",
      ["keyctl", "pass", "passage", "file", "op", "op-desktop", "op-connect"],
    ],
    [
      "keyctl",
      on("darwin"),
      "backend-unavailable",
      "the backend keyctl is not available: this system (darwin) has no such store",
      ["keychain", "pass", "passage", "file", "op", "op-desktop", "op-connect"],
    ],
    [
      "keychain",
      on("windows"),
      "backend-unavailable",
      "the backend keychain is not available: this system (windows) has no such store",
      ["wincred", "winhello", "file", "op", "op-desktop", "op-connect"],
    ],
  ];
  for (const [name, facts, code, message, names] of rows) {
    assert.throws(() => chooseBackend(name, null, facts), (failure) => {
      assert.ok(failure instanceof AppError);
      assert.equal(failure.code, code);
      assert.equal(failure.message, message);
      assert.equal(failure.hints[0], "available here:");
      assert.deepEqual(failure.hints.slice(1).map((hint) => /^ {2}(\S+): \S/.exec(hint)?.[1]), names);
      return true;
    });
    assert.deepEqual(availableBackends(facts), names);
  }
  assert.throws(() => chooseBackend(null, "nope", HEADLESS), /in AWS_VAULT_BACKEND$/);
});

Deno.test("gatherFacts looks for a bus and a Secret Service without starting either", async () => {
  const SERVICE = "dbus-1/services/org.freedesktop.secrets.service";
  const BUS = "/run/user/1000/bus";
  const rows:
    readonly (readonly [Record<string, string>, readonly string[], boolean | null, BackendFacts])[] = [
      [{}, [], null, HEADLESS],
      [{}, [`/usr/share/${SERVICE}`], null, HEADLESS],
      [{}, [BUS, `/usr/share/${SERVICE}`], null, DESKTOP],
      [{}, [BUS, `/usr/local/share/${SERVICE}`], null, DESKTOP],
      [{}, [BUS], false, BUS_ONLY],
      [{}, [BUS], true, DESKTOP],
      [{ DBUS_SESSION_BUS_ADDRESS: "unix:path=/tmp/a%20bus,guid=0" }, ["/tmp/a bus"], true, DESKTOP],
      [{ DBUS_SESSION_BUS_ADDRESS: "unix:guid=0,path=/tmp/bus" }, ["/tmp/bus"], true, DESKTOP],
      [{ DBUS_SESSION_BUS_ADDRESS: "unix:path=/tmp/gone" }, [BUS, `/usr/share/${SERVICE}`], null, LOST],
      [{ DBUS_SESSION_BUS_ADDRESS: "unix:path=/tmp/%zz" }, [], null, LOST],
      [{ DBUS_SESSION_BUS_ADDRESS: "unix:abstract=/tmp/dbus-x" }, [], false, BUS_ONLY],
      [{ DBUS_SESSION_BUS_ADDRESS: "disabled:" }, [BUS], null, LOST],
      [{ DBUS_SESSION_BUS_ADDRESS: "autolaunch:" }, [BUS], false, BUS_ONLY],
      [{ DBUS_SESSION_BUS_ADDRESS: "tcp:host=x;unix:path=/tmp/b" }, ["/tmp/b"], false, BUS_ONLY],
      [{ DBUS_SESSION_BUS_ADDRESS: "unix:path=/tmp/a;unix:path=/tmp/b" }, ["/tmp/b"], false, BUS_ONLY],
      [{ DISABLE_KWALLET: "1" }, [BUS], false, { ...BUS_ONLY, kwallet: false }],
      [{ DISABLE_KWALLET: "0" }, [BUS], false, BUS_ONLY],
      [{ XDG_RUNTIME_DIR: "/run/x" }, ["/run/x/bus"], false, BUS_ONLY],
      [{ DBUS_SESSION_BUS_ADDRESS: "/dev/null" }, [BUS], null, LOST],
      [{ DBUS_SESSION_BUS_ADDRESS: "" }, [BUS], false, BUS_ONLY],
      [{ XDG_RUNTIME_DIR: "/run/user/1000" }, [BUS, `/run/user/1000/${SERVICE}`], null, DESKTOP],
      [{ XDG_DATA_HOME: "/data" }, [BUS, `/data/${SERVICE}`], null, DESKTOP],
      [{ HOME: "/home/jon" }, [BUS, `/home/jon/.local/share/${SERVICE}`], null, DESKTOP],
      [{ XDG_DATA_DIRS: "/a:relative:/b" }, [BUS, `/b/${SERVICE}`], null, DESKTOP],
    ];
  for (const [env, paths, asked, expected] of rows) {
    const fake = new FakeFiles(() => 0, 1000, "/");
    for (const path of paths) fake.put(path, "");
    const host = {
      os: "linux" as const,
      env: { get: (name: string) => env[name], all: () => env },
      files: createFiles(fake, "linux", 1000),
      userId: () => 1000,
    };
    let questions = 0;
    const facts = await gatherFacts(host, () => {
      questions++;
      return Promise.resolve(asked ?? false);
    });
    assert.deepEqual(facts, expected, JSON.stringify([env, paths]));
    assert.equal(questions, asked === null ? 0 : 1, JSON.stringify([env, paths]));
    assert.deepEqual(fake.changes, []);
  }
});

Deno.test("gatherFacts asks nothing on systems without a session bus", async () => {
  for (const os of ["darwin", "windows", "freebsd"] as const) {
    const untouchable = new Proxy({}, {
      get(): never {
        throw new Error("looked at");
      },
    });
    const host = { os, env: untouchable, files: untouchable, userId: () => null } as unknown as Parameters<
      typeof gatherFacts
    >[0];
    assert.deepEqual(await gatherFacts(host, () => Promise.reject(new Error("asked"))), on(os));
  }
});
