/** Tools on PATH that answer the same question, each in its own words. */
import type { Program } from "./workplace.ts";

/** `own` is left out where it is found. */
export async function findTools(own: string): Promise<{ programs: Program[]; notes: string[] }> {
  const programs: Program[] = [], notes: string[] = [];
  const vault = await onPath("aws-vault");
  if (vault !== null && vault !== own) programs.push({ name: "aws-vault on PATH", argv: [vault], env: {} });
  const cli = await onPath("aws");
  if (cli !== null) programs.push(awsCli(cli));
  for (const name of ["granted", "aws-sso"]) {
    if (await onPath(name) === null) continue;
    notes.push(`${name}: has no store that a program could fill with access keys; it signs in on a web page`);
  }
  return { programs, notes };
}

/** Keys in clear text in its own file; it caches roles, and asks for MFA codes on a terminal alone. */
function awsCli(path: string): Program {
  return {
    name: "aws",
    argv: [path],
    env: {},
    ask: (profile) => ["configure", "export-credentials", "--format=process", `--profile=${profile}`],
    storeKeys: async (profile, { id, secret }, env) => {
      await Deno.mkdir(`${env.HOME}/.aws`, { recursive: true });
      const section = `[${profile}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
      await Deno.writeTextFile(`${env.HOME}/.aws/credentials`, section, { append: true });
    },
  };
}

/** Where the program really is; `null` when it is nowhere. */
export async function onPath(name: string): Promise<string | null> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder.startsWith("/"))) {
    const path = await Deno.realPath(`${folder}/${name}`).catch(() => null);
    if (path !== null && (await Deno.stat(path)).isFile) return path;
  }
  return null;
}
