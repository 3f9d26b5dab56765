/**
 * What the program may do under Deno, compiled or not. Nothing can be narrowed further: the files, programs, hosts and variables
 * come from the user's own config; of the system it asks for the user id alone; code is never imported from elsewhere.
 */
export const DENO_PERMISSIONS: readonly string[] = [
  "--no-prompt",
  "--deny-import",
  "--allow-env",
  "--allow-read",
  "--allow-write",
  "--allow-run",
  "--allow-net",
  "--allow-ffi",
  "--allow-sys=uid",
];
