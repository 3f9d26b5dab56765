/**
 * A 1Password vault through the `op` program: with a service account's token (`op`), or by the desktop app (`op-desktop`). Item JSON goes
 * in by a pipe and comes out on stdout; arguments are titles and ids. The commands: https://developer.1password.com/docs/cli/reference
 */
import { AppError, escapeControls } from "../../errors.ts";
import type { OperatingSystem } from "../../host/host.ts";
import type { Secret } from "../../secret.ts";
import { StoreError } from "../secret_store.ts";
import { type OpItem, type OpItemShape, type OpSummary, ourItem, ourSummary } from "./op_item.ts";
import type { OpVault } from "./op_store.ts";
import { runStoreProgram, type StoreProgramDeps } from "./store_program.ts";

export interface OpCliDeps extends StoreProgramDeps {
  readonly os: OperatingSystem;
  /** Id or name. */
  readonly vault: string;
  readonly shape: OpItemShape;
  readonly timeoutMs: number;
  /** `op`: called once, when the program first runs. `null`: the desktop app signs in. */
  readonly token: (() => Promise<Secret>) | null;
  /** `op-desktop`: which of the app's accounts; `null`: its only or last one. */
  readonly account: string | null;
}

/**
 * `op` takes a template from stdin only where that is a pipe, and says nothing otherwise; some runtimes give a child a socket.
 * Windows has nothing but pipes.
 */
const THROUGH_A_PIPE = 'cat | "$0" "$@"';
/** The variables that would have `op` sign in another way than was asked for. */
const OTHER_SIGN_INS = { OP_SERVICE_ACCOUNT_TOKEN: null, OP_CONNECT_HOST: null, OP_CONNECT_TOKEN: null };

interface Outcome {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

export class OpCli implements OpVault {
  readonly description: string;
  readonly #deps: OpCliDeps;
  #token: Promise<Secret> | null = null;

  constructor(deps: OpCliDeps) {
    this.#deps = deps;
    this.description = `1Password vault ${deps.vault}`;
  }

  async find(title: string): Promise<readonly OpItem[]> {
    const found = await this.#op(["item", "get", ...this.#flags(), "--", title]);
    if (found.ok) {
      // The program also finds titles that differ in case, and ids.
      const item = ourItem(parse(found), this.#deps.shape);
      return item === null || item.title !== title ? [] : [item];
    }
    if (/isn't an item/.test(found.stderr)) return [];
    if (!/More than one item matches/.test(found.stderr)) throw this.#explain(found);
    const same = (await this.list()).filter((each) => each.title === title);
    const items = same.map(async ({ id }) => {
      const one = await this.#op(["item", "get", ...this.#flags(), "--", id]);
      if (!one.ok) throw this.#explain(one);
      return ourItem(parse(one), this.#deps.shape);
    });
    return (await Promise.all(items)).filter((item) => item !== null);
  }

  async list(): Promise<readonly OpSummary[]> {
    const { tag } = this.#deps.shape;
    const listed = await this.#op([
      "item",
      "list",
      "--categories",
      "API Credential",
      "--tags",
      tag,
      ...this.#flags(),
    ]);
    if (!listed.ok) throw this.#explain(listed);
    const items = listed.stdout.trim() === "" ? [] : parse(listed);
    if (!Array.isArray(items)) throw unreadable();
    return items.map((item) => ourSummary(item, this.#deps.shape)).filter((item) => item !== null);
  }

  async create(item: Record<string, unknown>): Promise<void> {
    await this.#change(["item", "create", "-", ...this.#flags()], item);
  }

  async update(item: OpItem): Promise<void> {
    await this.#change(["item", "edit", item.id, ...this.#flags()], item);
  }

  async remove(item: OpItem): Promise<void> {
    await this.#change(["item", "delete", item.id, ...this.#flags(false)], null);
  }

  async #change(args: readonly string[], item: Record<string, unknown> | null): Promise<void> {
    const outcome = await this.#op(args, item);
    if (!outcome.ok) throw this.#explain(outcome);
  }

  #flags(json = true): string[] {
    const { vault, account, token } = this.#deps;
    return [
      "--vault",
      vault,
      ...token === null && account !== null ? ["--account", account] : [],
      ...json ? ["--format", "json"] : [],
    ];
  }

  async #op(args: readonly string[], item: Record<string, unknown> | null = null): Promise<Outcome> {
    const { token, os, timeoutMs, env } = this.#deps;
    const secret = token === null ? null : await (this.#token ??= token());
    const stdin = item === null ? null : new TextEncoder().encode(JSON.stringify(item));
    const program = (await this.#deps.processes()).find("op", env.PATH ?? env.Path ?? "");
    const piped = stdin !== null && os !== "windows" && program !== null;
    const result = await runStoreProgram({
      command: piped ? "/bin/sh" : program ?? "op",
      args: piped ? ["-c", THROUGH_A_PIPE, program, ...args] : args,
      // The one way in which the program takes a token: https://developer.1password.com/docs/service-accounts/use-with-1password-cli
      env: { ...OTHER_SIGN_INS, ...secret === null ? {} : { OP_SERVICE_ACCOUNT_TOKEN: secret.reveal() } },
      stdin,
      timeoutMs,
      installHint: "install the 1Password CLI: https://developer.1password.com/docs/cli/get-started",
    }, this.#deps);
    stdin?.fill(0);
    const decoder = new TextDecoder();
    return {
      ok: result.exitCode === 0,
      stdout: decoder.decode(result.stdout),
      stderr: decoder.decode(result.stderr),
    };
  }

  /** What `op` says, as an outcome; its own words may quote what it was given and go nowhere. */
  #explain({ stderr }: Outcome): StoreError {
    const store = `the ${escapeControls(this.description)}`;
    const desktop = this.#deps.token === null;
    if (/isn't a vault|vault query must be provided|no vault/i.test(stderr)) {
      return new StoreError("unavailable", `${store} is not there`, {
        hints: ["op vault list shows the vaults of this account; --op-vault-id names one"],
      });
    }
    if (
      /not currently signed in|not signed in|session expired|authorization (?:prompt|timeout)|dismissed|locked|no account found/i
        .test(stderr)
    ) {
      return new StoreError("locked", `${store} is locked`, {
        hints: desktop
          ? [
            "unlock the 1Password app; Settings, Developer: integrate with 1Password CLI",
            "op signin by itself shows what is missing",
          ]
          : ["set AWS_VAULT_OP_SERVICE_ACCOUNT_TOKEN, or use --backend=op-desktop"],
      });
    }
    if (
      /\b40[13]\b|unauthori[sz]ed|forbidden|permission|invalid.*token|token.*invalid|revoked/i.test(stderr)
    ) {
      return new StoreError(
        "denied",
        `1Password refused access to vault ${escapeControls(this.#deps.vault)}`,
        {
          hints: [
            "see what the account or service account may do in this vault; it has to read and write items",
          ],
        },
      );
    }
    if (/desktop app|1Password app/i.test(stderr)) {
      return new StoreError("unavailable", "the 1Password app does not answer", {
        hints: ["start the 1Password app; Settings, Developer: integrate with 1Password CLI"],
      });
    }
    return new StoreError("unavailable", `op could not use ${store}`, {
      hints: ["see what it says by itself: op vault list"],
    });
  }
}

function parse({ stdout }: Outcome): unknown {
  try {
    return JSON.parse(stdout);
  } catch {
    throw unreadable(); // the parser's message would quote the item
  }
}

function unreadable(): AppError {
  return new StoreError("damaged", "op printed something else than items as JSON", {
    hints: ["this takes version 2 of the 1Password CLI: op --version"],
  });
}
