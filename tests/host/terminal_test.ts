import assert from "node:assert/strict";
import { probePath, quoted, RUNTIMES, runWords } from "./runtimes.ts";
import { rawModes, TERMIOS_BYTES } from "../../src/host/termios.ts";

/**
 * Runs a shell script on a terminal of its own and answers the lines that it shows. `keys` are typed once it has shown
 * `ready`; before that the terminal is not raw, and Ctrl-C would be a signal.
 */
async function onTerminal(script: string, keys = ""): Promise<string[]> {
  const child = new Deno.Command("script", {
    args: ["-qec", script, "/dev/null"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const keyboard = child.stdin.getWriter();
  let shown = "";
  let typed = false;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    shown += text;
    if (typed || !shown.includes("ready")) continue;
    typed = true;
    if (keys !== "") await keyboard.write(new TextEncoder().encode(keys));
  }
  await keyboard.close().catch(() => {}); // the terminal has gone with its program
  await child.status;
  return shown.replaceAll("\r", "").split("\n").filter((line) => line !== "");
}

for (const { name, words } of RUNTIMES) {
  const probe = (...args: string[]) => quoted([...words(), probePath("terminal_probe.ts"), ...args]);

  Deno.test(`openTerminal under ${name} answers null without a controlling terminal`, async () => {
    const { stdout } = await runWords(["setsid", "-w", "sh", "-c", `exec ${probe("none")}`]);
    assert.equal(stdout, "no terminal\n");
  });

  Deno.test(`openTerminal under ${name} finds the terminal though stdin, stdout and stderr are elsewhere`, async () => {
    const shown = await onTerminal(`${probe("exit")} </dev/null >/dev/null 2>&1; echo status $?`);
    assert.deepEqual(shown, ["ready", "status 3"]);
  });

  Deno.test(`Terminal under ${name} reads control keys as bytes while raw, unechoed, and close restores the modes`, async () => {
    const shown = await onTerminal(`stty -g; ${probe("read", "4")}; stty -g`, "a\x03\x1a\x1c");
    const [before, ready, ...rest] = shown;
    const after = rest.pop();
    assert.equal(ready, "ready");
    // The keys may come in more than one chunk.
    assert.deepEqual(rest.flatMap((line) => JSON.parse(line)), [0x61, 3, 0x1a, 0x1c]);
    assert.equal(after, before);
  });

  Deno.test(`exit under ${name} restores a terminal that was left raw`, async () => {
    const [before, ready, after] = await onTerminal(`stty -g; ${probe("exit")}; stty -g`);
    assert.equal(ready, "ready");
    assert.equal(after, before);
  });

  for (const [signal, status] of [["TERM", 143], ["INT", 130], ["HUP", 129], ["QUIT", 131]] as const) {
    Deno.test(`Terminal under ${name} is restored before SIG${signal} ends the process with its own status`, async () => {
      const folder = Deno.makeTempDirSync();
      try {
        // In the foreground, as a person has it; the killer waits until the terminal is raw.
        const script = `stty -g
          (until [ -s ${folder}/id ] && stty -a </dev/tty | grep -q -e ' -icanon'; do sleep 0.05; done
           kill -${signal} $(cat ${folder}/id)) &
          sh -c 'echo $$ >${folder}/id; exec "$@"' sh ${probe("hold")}
          echo status $?; stty -g`;
        const shown = await onTerminal(`sh -c ${quoted([script])}`);
        assert(shown.includes("ready"), shown.join("\n"));
        assert(shown.includes(`status ${status}`), shown.join("\n"));
        assert.equal(shown.at(-1), shown[0]);
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    });
  }
}

Deno.test("rawModes changes the input and local flags, VMIN and VTIME, and nothing else", () => {
  const rows = [["linux", [0, 1, 12, 13, 22, 23]], ["darwin", [0, 1, 24, 25, 48, 49]], [
    "freebsd",
    [0, 1, 12, 13, 32, 33],
  ]] as const;
  for (const [os, expected] of rows) {
    const modes = new Uint8Array(TERMIOS_BYTES).fill(0xff);
    const raw = rawModes(os, modes);
    const changed = [...raw.keys()].filter((i) => raw[i] !== modes[i]);
    assert.deepEqual(changed, expected, os);
    assert(modes.every((byte) => byte === 0xff), "the modes found stay as they are");
  }
});
