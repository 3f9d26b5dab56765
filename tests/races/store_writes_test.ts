/** Stores that write files, while the disk fails or everything is killed: afterwards the item has the old value or the new one, never none. */
import assert from "node:assert/strict";
import { Secret } from "../../src/secret.ts";
import { AccessKeys } from "../../src/vault/access_keys.ts";
import { openEnvelope, sealEnvelope } from "../../src/vault/item_envelope.ts";
import { StoreError } from "../../src/vault/secret_store.ts";
import { item } from "../contracts/secret_store_contract.ts";
import { chosenProgram } from "../transcripts/chosen_program.ts";
import { fileStore } from "../vault/file_store_setup.ts";
import { realAgeStore, realPassStore } from "../vault/password_store_setup.ts";
import { FIRST_KEYS, OTHER_KEYS, raceTest, sleep, type Stage } from "./stage.ts";

const FAULTS = ["error=EIO", "error=ENOSPC", "signal=KILL"] as const;
/** More than any of these programs makes of one kind. */
const MOST_CALLS = 60;
const KILLS = 12;

/** strace, making the n-th of the calls of each thread fail, or kill. */
function faulty(calls: string, fault: string, n: number, trace: string): string[] {
  const inject = `inject=${calls}:${fault}:when=${n}`;
  return ["strace", "-f", "-qq", "-o", trace, "-e", `trace=${calls}`, "-e", inject];
}

/** Whether the fault came, by what strace has written. */
function struck(trace: string): boolean {
  return /INJECTED|killed by SIGKILL/.test(Deno.readTextFileSync(trace));
}

for (const fault of FAULTS) {
  raceTest(
    `file store: ${fault} at every write, flush and rename leaves the old keys or the new ones`,
    async (stage) => {
      const trace = `${stage.folder}/trace`, path = `${stage.folder}/keys/plain`;
      const old = Deno.readFileSync(path);
      for (const calls of ["write", "fsync,fdatasync,rename,renameat,renameat2"]) {
        let n = 1;
        for (; n < MOST_CALLS; n++) {
          Deno.writeFileSync(path, old);
          const env = { AWS_ACCESS_KEY_ID: OTHER_KEYS.id, AWS_SECRET_ACCESS_KEY: OTHER_KEYS.secret };
          const add = ["add", "--env", "--no-add-config", "plain"];
          const { code } = await stage.start(add, env, faulty(calls, fault, n, trace)).ended;
          const secret = await secretOf(stage, "plain");
          const where = `${fault} at call ${n} of ${calls}: exit ${code}`;
          assert.ok(
            secret === OTHER_KEYS.secret || code !== 0 && secret === FIRST_KEYS.secret,
            `${where}, ${secret}`,
          );
          if (!struck(trace)) break;
        }
        assert.ok(n > 2 && n < MOST_CALLS, `${calls}: ${n}`);
      }
    },
  );
}

async function secretOf(stage: Stage, profile: string): Promise<string | undefined> {
  const givenPassphrase = new Secret(stage.env.AWS_VAULT_FILE_PASSPHRASE!);
  const store = fileStore({ directory: `${stage.folder}/keys`, givenPassphrase });
  return (await new AccessKeys(store).read(profile))?.secretAccessKey.reveal();
}

const OLD = sealEnvelope(item("work", "old")).reveal();
const NEW = sealEnvelope(item("work", "new")).reveal();

for (
  const [flavor, program, open] of [["pass", "gpg", realPassStore], ["passage", "age", realAgeStore]] as const
) {
  Deno.test(`PassStore ${flavor}: ${program} failing or killed at every write leaves the old item or the new one`, async () => {
    const own = await open();
    try {
      const bin = `${own.env.HOME}/bin`, trace = `${own.env.HOME}/trace`;
      Deno.mkdirSync(bin);
      const store = own.store({ env: { ...own.env, PATH: `${bin}:${own.env.PATH}` } });
      await own.tool(["insert", "-m", "-f", "work"], OLD);
      const path = `${own.directory}/work.${flavor === "pass" ? "gpg" : "age"}`;
      const old = Deno.readFileSync(path);
      const real = await pathOf(program);
      for (const fault of FAULTS) {
        let n = 1;
        for (; n < MOST_CALLS; n++) {
          Deno.writeFileSync(path, old);
          Deno.writeTextFileSync(trace, "");
          const through = faulty("write", fault, n, trace).join(" ");
          const script = `#!/bin/sh\ncase " $* " in *" -e "*) exec ${through} ${await pathOf(
            program,
          )} "$@" ;; esac\nexec ${real} "$@"\n`;
          Deno.writeTextFileSync(`${bin}/${program}`, script, { mode: 0o755 });
          const failure = await store.write(item("work", "new")).then(() => null, (thrown) => thrown);
          Deno.removeSync(`${bin}/${program}`);
          const now = await own.tool(["show", "work"]);
          const where = `${fault} at write ${n}: ${failure}`;
          assert.equal(now, failure === null ? NEW : OLD, where);
          assert.ok(failure === null || failure instanceof StoreError, where);
          assert.deepEqual(await store.list(), ["work"], where);
          if (!struck(trace)) break;
        }
        assert.ok(n > 1 && n < MOST_CALLS, `${fault}: ${n}`);
      }
    } finally {
      await own.remove();
    }
  });

  Deno.test(`PassStore ${flavor}: a full disk leaves the old item, and says so`, async () => {
    const own = await open();
    const small = `${own.env.HOME}/small`;
    Deno.mkdirSync(small);
    command("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small);
    try {
      for (const { name } of Deno.readDirSync(own.directory)) {
        Deno.copyFileSync(`${own.directory}/${name}`, `${small}/${name}`);
      }
      const store = own.store({ directory: small });
      await store.write(item("work", "old"));
      fill(`${small}/filler`);
      await assert.rejects(
        () => store.write(item("work", "new")),
        (failure) =>
          failure instanceof StoreError && failure.outcome === "unavailable" &&
          /no space left/.test(failure.message),
      );
      assert.equal((await store.read("work"))?.reveal(), "old");
      assert.deepEqual(await store.list(), ["work"]);
      Deno.removeSync(`${small}/filler`);
      await store.write(item("work", "new"));
      assert.equal((await store.read("work"))?.reveal(), "new");
    } finally {
      command("umount", small);
      await own.remove();
    }
  });

  Deno.test(`PassStore ${flavor}: SIGKILL of the program and all it runs, at any time, leaves the old item or the new one`, async () => {
    const own = await open();
    try {
      const root = new URL("../../", import.meta.url).pathname;
      const chosen = await chosenProgram(Deno.env.get("AWS_VAULT_TEST_PROGRAM") ?? "deno", root);
      const env = {
        ...own.env,
        ...chosen.env,
        AWS_VAULT_BACKEND: flavor,
        AWS_VAULT_PASS_CMD: own.program,
        AWS_CONFIG_FILE: `${own.env.HOME}/config`,
        AWS_ACCESS_KEY_ID: OTHER_KEYS.id,
        AWS_SECRET_ACCESS_KEY: OTHER_KEYS.secret,
      };
      const add = () => {
        const [path, ...leading] = chosen.argv;
        const args = [...leading, "add", "--env", "--no-add-config", "work"];
        return new Deno.Command(path!, {
          args,
          env,
          clearEnv: true,
          stdin: "null",
          stdout: "null",
          stderr: "null",
          detached: true,
        })
          .spawn();
      };
      await own.tool(["insert", "-m", "-f", "work"], OLD);
      const started = performance.now();
      assert.equal((await add().status).code, 0);
      const whole = performance.now() - started;
      for (let round = 0; round < KILLS; round++) {
        await own.tool(["insert", "-m", "-f", "work"], OLD);
        const running = add();
        await sleep(whole * (round + 0.5) / KILLS);
        try {
          Deno.kill(-running.pid, "SIGKILL");
        } catch (failure) {
          if (!(failure instanceof Deno.errors.NotFound)) throw failure;
        }
        const { code } = await running.status;
        const payload = openEnvelope(await own.tool(["show", "work"]))!.payload.reveal();
        assert.ok(
          payload.includes(OTHER_KEYS.secret) || code !== 0 && payload === "old",
          `round ${round}: exit ${code}`,
        );
        assert.deepEqual(await own.store().list(), ["work"]);
      }
    } finally {
      await own.remove();
    }
  });
}

async function pathOf(program: string): Promise<string> {
  const { stdout } = await new Deno.Command("/bin/sh", { args: ["-c", `command -v ${program}`] }).output();
  return new TextDecoder().decode(stdout).trim();
}

/** Takes what room there is. */
function fill(path: string): void {
  const file = Deno.openSync(path, { write: true, create: true });
  try {
    for (;;) file.writeSync(new Uint8Array(256));
  } catch (failure) {
    if (!/os error 28/.test(String(failure))) throw failure;
  } finally {
    file.close();
  }
}

function command(name: string, ...args: string[]): void {
  const { success, stderr } = new Deno.Command(name, { args }).outputSync();
  assert.ok(success, `${name} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
