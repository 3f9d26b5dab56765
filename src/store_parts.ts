/** What secret stores are given of the host and of the user's options: where they are, how they ask, which programs they run. */
import { chooseProxy } from "./aws/proxy.ts";
import type { GlobalOptions, PassphraseVariable } from "./cli/deps.ts";
import { presentNotice } from "./cli/present.ts";
import type { Host } from "./host/host.ts";
import type { Log } from "./log.ts";
import { helperEnv } from "./prompts/helper_env.ts";
import type { Questions } from "./prompts/questions.ts";
import { Secret } from "./secret.ts";
import * as state from "./user_state.ts";
import type { OpenStoreDeps } from "./vault/open_store.ts";

export interface StorePartsDeps {
  /** The first one that is set has the passphrase of the `file` store. */
  readonly passphraseVariables: readonly PassphraseVariable[];
  readonly questions: Pick<Questions, "prompterWith">;
  readonly log: Log;
  readonly replaceFile: OpenStoreDeps["fileStore"]["replaceFile"];
  /** Of the controlling terminal, for gpg; `null` without one. */
  readonly terminalName: () => Promise<string | null>;
}

export function storeParts(host: Host, options: GlobalOptions, deps: StorePartsDeps): OpenStoreDeps {
  const { os, arch, files, random, clock, env } = host;
  const { passphraseVariables, questions, log, replaceFile, terminalName } = deps;
  const variable = passphraseVariables.find((name) => env.get(name) !== undefined) ??
    passphraseVariables[0]!;
  const given = env.get(variable);
  return {
    os,
    arch,
    files,
    random,
    clock,
    log,
    native: () => host.native(),
    bus: host,
    keychain: options.keychain,
    secretServiceCollection: options.secretServiceCollection,
    fileDirectory: state.expandHome(options.fileDir, host),
    fileStore: {
      replaceFile,
      givenPassphrase: given === undefined ? null : new Secret(given),
      passphraseVariable: variable,
      askPassphrase: async (label) => {
        const hint = `set ${variable}, or unlock the store in a terminal first`;
        return await (await questions.prompterWith([hint])).ask({ label, kind: "secret" });
      },
    },
    program: () => ({
      processes: () => host.processes(),
      env: helperEnv(env.all(), "dialog"),
      mayAsk: options.prompt !== "none",
      note: (message) => presentNotice(host.stderr, message),
    }),
    passStore: (flavor) => ({
      command: state.expandHome(options.passCmd || flavor, host),
      directory: state.passwordStore(flavor, options.passDir, host),
      prefix: options.passPrefix ?? "",
      terminalName,
    }),
    onePassword: {
      ...state.opPlace(options, host),
      shape: { titlePrefix: options.opItemTitlePrefix, tag: options.opItemTag },
      timeoutMs: options.opTimeout * 1000,
      token: async (backend) => {
        const { variables, what } = OP_TOKENS[backend];
        const value = variables.map((name) => env.get(name)).find(Boolean);
        if (value) return new Secret(value);
        const prompter = await questions.prompterWith([`set ${variables[0]}`]);
        return await prompter.ask({ label: `token of the 1Password ${what}`, kind: "secret" });
      },
      transport: () => host.http(),
      proxyFor: (url) => chooseProxy(url, env),
    },
  };
}

const OP_TOKENS = {
  op: {
    what: "service account",
    variables: ["AWS_VAULT_OP_SERVICE_ACCOUNT_TOKEN", "OP_SERVICE_ACCOUNT_TOKEN"],
  },
  "op-connect": { what: "Connect server", variables: ["AWS_VAULT_OP_CONNECT_TOKEN", "OP_CONNECT_TOKEN"] },
} as const;
