/** An X server of one's own, without a screen that anybody sees. Needs Debian's packages xvfb and xdotool. */
import assert from "node:assert/strict";

export interface PrivateScreen extends AsyncDisposable {
  readonly display: string;
  /** Waits for a window whose name fits, then does the steps in it: arguments of xdotool. */
  press(window: string, ...steps: readonly (readonly string[])[]): Promise<void>;
}

/** On a free display. */
export async function startPrivateScreen(): Promise<PrivateScreen> {
  const server = new Deno.Command("Xvfb", {
    args: ["-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp"],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = server.stdout.getReader();
  const { value } = await reader.read();
  const display = `:${new TextDecoder().decode(value).trim()}`;
  async function run(args: readonly string[]): Promise<boolean> {
    const tool = new Deno.Command("xdotool", {
      args: [...args],
      env: { DISPLAY: display },
      stdout: "null",
      signal: AbortSignal.timeout(30_000),
    });
    return (await tool.output()).success;
  }
  return {
    display,
    async press(window, ...steps) {
      // It fails now and then when a window goes while it looks.
      for (let tries = 1; !await run(["search", "--sync", "--name", window]); tries++) {
        assert.ok(tries < 3, `looking for the window ${window} failed`);
      }
      for (const args of steps) assert.ok(await run(args), `xdotool ${args[0]}`);
    },
    async [Symbol.asyncDispose]() {
      server.kill("SIGTERM");
      await reader.cancel();
      await server.status;
    },
  };
}
