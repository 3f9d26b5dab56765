/** A stand-in for the program, compiled like it, that shows from inside what the runtime makes of its surroundings. */
// deno-lint-ignore-file no-process-global
declare const process: {
  readonly platform: string;
  readonly arch: string;
  readonly argv: readonly string[];
  readonly execArgv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
};

const [mode, first = "", second = ""] = process.argv.slice(2);
if (mode === "fetch") console.log(await answer(first, second));
else if (mode === "env") {
  console.log(first.split(",").map((name) => `${name}=${process.env[name]}`).join(" "));
} else if (mode === "wait") {
  console.log("ready");
  await new Promise((resolve) => setTimeout(resolve, 10_000));
} else console.log(JSON.stringify({ argv: process.argv.slice(2), execArgv: process.execArgv }));

/** The status, or why there is none; trusts the certificate as well when one is given. */
async function answer(url: string, certificate: string): Promise<string> {
  try {
    const options = certificate === "" ? {} : { tls: { ca: certificate } };
    return String((await fetch(url, options as RequestInit)).status);
  } catch (failure) {
    return String((failure as { code?: unknown }).code);
  }
}
