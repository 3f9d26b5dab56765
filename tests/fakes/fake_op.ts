/**
 * A double of the 1Password CLI, version 2, as far as the op stores use it: the items of one vault, answers and messages in the shapes that
 * https://developer.1password.com/docs/cli/reference shows.
 */
import assert from "node:assert/strict";
import type { ChildRequest, ChildResult, Processes } from "../../src/host/host.ts";

export interface OpCall {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly session: ChildRequest["session"];
}

export interface OpDoubleItem {
  readonly id: string;
  readonly title: string;
  readonly category: string;
  readonly tags: readonly string[];
  readonly fields: readonly Record<string, unknown>[];
  readonly [other: string]: unknown;
}

export const OP_TOKEN = "ops_right";
export const OP_ACCOUNT = "my.1password.com";
export const OP_VAULT = "Keys";
const PATH = "/double/op";

/** What ends a call: the message, as `op` writes it to stderr. */
class Refusal extends Error {}

export class FakeOp implements Processes {
  readonly canReplace = false;
  readonly calls: OpCall[] = [];
  items: OpDoubleItem[] = [];
  /** When set, every call fails with it. */
  says: string | null = null;
  /** As where stdin is no pipe: templates are not read, and nothing says so. */
  ignoresTemplates = false;
  installed = true;
  #count = 0;

  find(command: string): string | null {
    return command === "op" && this.installed ? PATH : null;
  }

  replace(): never {
    throw new Error("nothing here becomes op");
  }

  runAttached(): Promise<number> {
    return Promise.reject(new Error("nothing here attaches op"));
  }

  // deno-lint-ignore require-await -- failures have to reject
  async run({ command, args, env, stdin, session }: ChildRequest): Promise<ChildResult> {
    let argv = args;
    if (command === "/bin/sh") {
      assert.deepEqual(args.slice(0, 3), ["-c", 'cat | "$0" "$@"', PATH]);
      argv = args.slice(3);
    } else assert.equal(command, PATH);
    this.calls.push({ argv, env, session });
    const template = stdin instanceof Uint8Array ? JSON.parse(new TextDecoder().decode(stdin)) : null;
    const result = { exitCode: 0, signal: null, stdout: new Uint8Array(), stderr: new Uint8Array() };
    const encoder = new TextEncoder();
    try {
      const answer = this.#answer(argv, env, this.ignoresTemplates ? null : template);
      return { ...result, stdout: encoder.encode(answer === null ? "" : JSON.stringify(answer, null, 2)) };
    } catch (failure) {
      if (!(failure instanceof Refusal)) throw failure;
      return {
        ...result,
        exitCode: 1,
        stderr: encoder.encode(`[ERROR] 2026/11/26 10:00:00 ${failure.message}\n`),
      };
    }
  }

  #answer(
    argv: readonly string[],
    env: Readonly<Record<string, string>>,
    template: OpDoubleItem | null,
  ): unknown {
    const { words, flags } = parse(argv);
    if (this.says !== null) throw new Refusal(this.says);
    if (env.OP_SERVICE_ACCOUNT_TOKEN !== OP_TOKEN && flags.get("--account") !== OP_ACCOUNT) {
      throw new Refusal("account is not signed in");
    }
    if (flags.get("--vault") !== OP_VAULT) {
      throw new Refusal(
        `"${flags.get("--vault")}" isn't a vault in this account. Specify the vault with its ID or name.`,
      );
    }
    switch (words.slice(0, 2).join(" ")) {
      case "item list":
        return this.items.filter(({ category, tags }) =>
          category === flags.get("--categories")?.toUpperCase().replace(" ", "_") &&
          tags.includes(flags.get("--tags")!)
        ).map(({ fields: _, ...summary }) => summary);
      case "item get":
        return this.#found(words[2]!);
      case "item create":
        assert.equal(words[2], "-");
        return this.#create(
          template ?? { id: "", title: "Untitled", category: "LOGIN", tags: [], fields: [] },
        );
      case "item edit":
        return this.#edit(this.#found(words[2]!), template);
      case "item delete": {
        const gone = this.#found(words[2]!);
        this.items = this.items.filter((item) => item !== gone);
        return null;
      }
      default:
        throw new Refusal(`unknown command "${words.join(" ")}"`);
    }
  }

  #create({ title, category, tags, fields }: OpDoubleItem): OpDoubleItem {
    const made = {
      id: `item${this.#count++}`.padEnd(26, "x"),
      title,
      tags,
      version: 1,
      vault: { id: "hfnjvi6aymbsnfc2xeeoheizda", name: OP_VAULT },
      category,
      fields: [
        { id: "notesPlain", type: "STRING", purpose: "NOTES", label: "notesPlain" },
        { id: "expires", type: "DATE", label: "expires" },
        { id: "credential", type: "CONCEALED", label: "credential" },
        ...fields.map((field, i) => ({ id: `field${i}`, ...field })),
      ],
    };
    this.items.push(made);
    return made;
  }

  #edit(old: OpDoubleItem, template: OpDoubleItem | null): OpDoubleItem {
    if (template === null) return old;
    if (template.fields.some((field) => field.type === "DATE" && !field.value)) {
      throw new Refusal("validation error: date field without a value");
    }
    const changed = { ...old, title: template.title, tags: template.tags, fields: template.fields };
    this.items = this.items.map((item) => item === old ? changed : item);
    return changed;
  }

  /** By id, or by title without regard to case. */
  #found(query: string): OpDoubleItem {
    const [item, ...others] = this.items.filter(({ id, title }) =>
      id === query || title.toLowerCase() === query.toLowerCase()
    );
    if (item === undefined) {
      throw new Refusal(
        `"${query}" isn't an item in the "${OP_VAULT}" vault. Specify the item with its UUID, name, or domain.`,
      );
    }
    if (others.length > 0) {
      throw new Refusal(`More than one item matches "${query}". Try again and specify the item by its ID:`);
    }
    return item;
  }
}

function parse(argv: readonly string[]): { words: string[]; flags: Map<string, string> } {
  const words: string[] = [], flags = new Map<string, string>();
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === "--") return { words: [...words, ...argv.slice(i + 1)], flags };
    if (word.startsWith("--")) flags.set(word, argv[++i]!);
    else words.push(word);
  }
  return { words, flags };
}
