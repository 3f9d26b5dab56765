/** Reads published test vectors in place, from the folder that `AWS_VAULT_TEST_VECTORS` names. */
function vectorPath(path: string): string {
  const folder = Deno.env.get("AWS_VAULT_TEST_VECTORS");
  if (folder === undefined || folder === "") {
    throw new Error("AWS_VAULT_TEST_VECTORS is not set: it must name the folder of test vectors");
  }
  return `${folder}/${path}`;
}

export function vectorText(path: string): string {
  return Deno.readTextFileSync(vectorPath(path));
}

// deno-lint-ignore no-explicit-any -- the shape is each vector's own, and a wrong guess fails the test that reads it
export function vectorJson(path: string): any {
  return JSON.parse(vectorText(path));
}

/** Names in a vector folder, sorted; never empty. */
export function vectorNames(path: string): string[] {
  const names = [...Deno.readDirSync(vectorPath(path))].map((entry) => entry.name).sort();
  if (names.length === 0) throw new Error(`no vectors in ${path}`);
  return names;
}
