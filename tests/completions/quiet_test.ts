/** What a completion asks of the kernel: it reads the config file, and neither opens a store nor talks, writes, locks or starts anything. */
import { strict as assert } from "node:assert";
import { openedPaths, trace } from "../budget/trace.ts";
import { compiledProgram } from "../compiled_program.ts";

const FORBIDDEN =
  /^(?:socket|socketpair|connect|bind|fork|vfork|flock|rename(?:at2?)?|unlink(?:at)?|mkdir(?:at)?|f(?:data)?sync|f?chmod(?:at)?|link(?:at)?|symlink(?:at)?|add_key|request_key|keyctl|kill)$/;

const LINES: [words: string[], reads: string[]][] = [
  [["--complete", "0", ""], []],
  [["--complete", "1", "exec", "--"], []],
  [["--complete", "1", "exec", ""], ["/config"]],
  [["--complete", "1", "remove", ""], ["/config"]],
  [["--completion-bash", "exec", ""], ["/config"]],
];

Deno.test("a completion reads the config file where it needs it, and touches nothing else", async () => {
  const program = await compiledProgram();
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/config`, "[profile work]\nregion = eu-central-1\n");
    const env = {
      HOME: folder,
      AWS_CONFIG_FILE: `${folder}/config`,
      AWS_VAULT_FILE_PASSPHRASE: "never asked for",
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${folder}/bus`,
    };
    for (const [words, reads] of LINES) {
      const { calls, stdout } = await trace([program, ...words], env);
      assert.notEqual(stdout, "");
      assert.deepEqual(calls.filter(({ name }) => FORBIDDEN.test(name)), [], words.join(" "));
      assert.equal(calls.filter(({ name }) => name === "execve").length, 1);
      const ours = calls.filter(({ name, text }) => name !== "execve" && text.includes(folder));
      assert.deepEqual(openedPaths(ours).map((path) => path.slice(folder.length)), reads);
      const written = calls.filter(({ name, text }) =>
        /^open/.test(name) && /O_WRONLY|O_RDWR|O_CREAT/.test(text)
      );
      assert.deepEqual(written.filter(({ text }) => !text.includes("/dev/")), []);
    }
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["config"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
