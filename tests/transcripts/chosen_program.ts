/** Which program the transcripts drive, and what it needs of the environment to start at all. */
import { DENO_PERMISSIONS } from "../../scripts/deno_permissions.ts";

export interface ChosenProgram {
  /** For headings. */
  readonly name: string;
  readonly compiled: boolean;
  /** Absolute path and leading arguments. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** `deno` is `deno run` of our source with the rights of the compiled build; anything else is the path of an executable. */
export async function chosenProgram(choice: string, root: string): Promise<ChosenProgram> {
  if (choice !== "deno") {
    return {
      name: choice,
      compiled: true,
      argv: [await Deno.realPath(new URL(choice, `file://${root}`))],
      env: {},
    };
  }
  const argv = [Deno.execPath(), "run", "--quiet", "--no-check", ...DENO_PERMISSIONS, `${root}src/main.ts`];
  // The home is thrown away; what deno has cached is not.
  return {
    name: "deno run src/main.ts",
    compiled: false,
    argv,
    env: { DENO_DIR: await denoFolder(), DENO_NO_UPDATE_CHECK: "1" },
  };
}

async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"], stderr: "null" })
    .output();
  return (JSON.parse(new TextDecoder().decode(stdout)) as { denoDir: string }).denoDir;
}
