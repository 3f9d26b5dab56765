import assert from "node:assert/strict";
import { type HotArguments, hotArguments } from "../../src/cli/hot_arguments.ts";
import { AppError } from "../../src/errors.ts";

const plain: HotArguments = {
  profile: "P",
  durationSeconds: null,
  region: null,
  noSession: false,
  backend: null,
  fileDir: "~/.awsvault/keys/",
  keychain: "aws-vault",
  secretServiceCollection: "awsvault",
  passDir: null,
  passPrefix: null,
  opVaultId: null,
  opItemTitlePrefix: "aws-vault",
  opItemTag: "aws-vault",
  opConnectHost: null,
  opDesktopAccountId: null,
};

const taken: [args: string, env: Record<string, string>, expected: Partial<HotArguments>][] = [
  ["exec P --json", {}, {}],
  ["exec --json P", {}, {}],
  ["--json exec P", {}, {}],
  ["exec P -j", {}, {}],
  ["-j exec P", {}, {}],
  ["export --format=json P", {}, {}],
  ["export --format json P", {}, {}],
  ["export P --format=json", {}, {}],
  ["--format=json export P", {}, {}],
  ["exec --json", { AWS_PROFILE: "P" }, {}],
  ["export --format=json", { AWS_PROFILE: "P" }, {}],
  ["exec --json P", { AWS_PROFILE: "other" }, {}],
  ["exec P --json -d 1h", {}, { durationSeconds: 3600 }],
  ["exec P --json -d1h", {}, { durationSeconds: 3600 }],
  ["exec P -jd1h", {}, { durationSeconds: 3600 }],
  ["exec P -njd 1h", {}, { durationSeconds: 3600, noSession: true }],
  ["exec P --json --duration 90m", {}, { durationSeconds: 5400 }],
  ["exec P --json --duration=1d", {}, { durationSeconds: 86400 }],
  ["exec P --json", { AWS_VAULT_DURATION: "1h" }, { durationSeconds: 3600 }],
  ["exec P --json -d 2h", { AWS_VAULT_DURATION: "1h" }, { durationSeconds: 7200 }],
  ["exec P --json -d 2h", { AWS_VAULT_DURATION: "nonsense" }, { durationSeconds: 7200 }],
  ["exec P --json -d 0", {}, {}],
  ["exec P --json --region eu-west-1", {}, { region: "eu-west-1" }],
  ["exec P --json --region=eu-west-1", {}, { region: "eu-west-1" }],
  ["exec P --json -n", {}, { noSession: true }],
  ["exec --no-session P --json", {}, { noSession: true }],
  ["exec P --json --prompt=zenity", {}, {}],
  ["exec P --json --prompt osascript", {}, {}],
  ["exec P --json", { AWS_VAULT_PROMPT: "ykman" }, {}],
  ["exec P --json --no-prompt", {}, {}],
  ["exec P --json --no-prompt", { AWS_VAULT_PROMPT: "ykman" }, {}],
  ["--backend=file exec P --json", {}, { backend: "file" }],
  ["exec P --json", { AWS_VAULT_BACKEND: "keyctl" }, { backend: "keyctl" }],
  ["exec P --json --file-dir=/f", { AWS_VAULT_FILE_DIR: "/g" }, { fileDir: "/f" }],
  ["exec P --json", { AWS_VAULT_FILE_DIR: "/g" }, { fileDir: "/g" }],
  ["exec P --json", { AWS_VAULT_FILE_DIR: "" }, {}],
  ["exec P --json", { AWS_VAULT_KEYCHAIN_NAME: "k" }, { keychain: "k" }],
  ["exec P --json --secret-service-collection c", {}, { secretServiceCollection: "c" }],
  ["exec P --json --backend=pass --pass-dir=/p", { AWS_VAULT_PASS_PREFIX: "aws" }, {
    backend: "pass",
    passDir: "/p",
    passPrefix: "aws",
  }],
  ["exec P --json --backend=op --op-vault-id=v", { AWS_VAULT_OP_ITEM_TAG: "t" }, {
    backend: "op",
    opVaultId: "v",
    opItemTag: "t",
  }],
  ["exec P --json", { AWS_VAULT: "" }, {}],
];

const left: [args: string, env?: Record<string, string>][] = [
  [""],
  ["exec P"],
  ["exec --json"],
  ["export P"],
  ["export --format=env P"],
  ["export --json P"],
  ["exec --format=json --json P"],
  ["list --json P"],
  ["help exec --json P"],
  ["exec P --json --help"],
  ["exec P true --json"],
  ["exec P --json true"],
  ["exec P --json -- true"],
  ["exec - --json"],
  ["exec P --json --json"],
  ["exec P -jj"],
  ["exec P -jx"],
  ["exec P --json -d"],
  ["exec P --json -d 1h --duration=1h"],
  ["exec P --json -d -1h"],
  ["exec P --json -d-1h"],
  ["exec P --json", { AWS_VAULT_DURATION: "-1h" }],
  ["exec P --json --duration="],
  ["exec P --json --region -n"],
  ["exec P --json --debug"],
  ["exec P --json=true"],
  ["exec P --json --no-json"],
  ["exec P --json -t 123456"],
  ["exec P --json --prompt=pigeon"],
  ["exec P --json --prompt=none --no-prompt"],
  ["exec P --json", { AWS_VAULT_PROMPT: "pigeon" }],
  ["exec P --json --backend=proton-pass"],
  ["exec P --json", { AWS_VAULT_BACKEND: "nonsense" }],
  ["exec P --json", { AWS_VAULT: "other" }],
  ["exec P --json", { AWS_VAULT_MFA_TOKEN: "123456" }],
  ["exec P --json", { AWS_VAULT_STDOUT: "perhaps" }],
  ["exec P --json", { AWS_VAULT_OP_TIMEOUT: "nonsense" }],
];

const words = (line: string) => line === "" ? [] : line.split(" ");
const shown = (env: Record<string, string>) => Object.entries(env).map(([k, v]) => `${k}=${v} `).join("");

for (const [line, env, expected] of taken) {
  Deno.test(`hotArguments takes: ${shown(env)}${line}`, () => {
    assert.deepEqual(hotArguments(words(line), (name) => env[name]), { ...plain, ...expected });
  });
}

for (const [line, env = {}] of left) {
  Deno.test(`hotArguments leaves to the full parser: ${shown(env)}${line || "(nothing)"}`, () => {
    assert.equal(hotArguments(words(line), (name) => env[name]), null);
  });
}

Deno.test("hotArguments leaves an empty profile to the full parser", () => {
  assert.equal(hotArguments(["exec", "", "--json"], () => undefined), null);
});

for (const text of ["nonsense", "=1h", "1"]) {
  Deno.test(`hotArguments refuses the duration ${text}`, () => {
    assert.throws(() => hotArguments(["exec", "P", "--json", `-d${text}`], () => undefined), AppError);
  });
}
