/** Published test data, read in place from the folder that `AWS_VAULT_TEST_VECTORS` names. */
export function readVectors<T>(path: string): T {
  const folder = Deno.env.get("AWS_VAULT_TEST_VECTORS");
  if (!folder) throw new Error("AWS_VAULT_TEST_VECTORS is not set: name the folder of the test vectors");
  return JSON.parse(Deno.readTextFileSync(`${folder}/${path}`));
}
