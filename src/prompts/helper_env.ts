/** The environment of the programs this room runs: the user's own, without what opens vaults or AWS accounts. */

/** Keys, tokens and passphrases of AWS and of this program; not their file names. */
const OURS = /^AWS_(?:ACCESS_KEY_ID|(?:.+_)?(?:ACCESS_KEY|TOKEN|PASSPHRASE|PASSWORD))$/;
/** What password managers' command lines are signed in with. */
const PASSWORD_MANAGERS = new Set([
  "OP_SERVICE_ACCOUNT_TOKEN",
  "OP_CONNECT_TOKEN",
  "PROTON_PASS_PERSONAL_ACCESS_TOKEN",
]);

/**
 * `mfa-process` keeps the tokens of password managers: printing a code with them is what such a command is for.
 * Names are compared without case, because Windows does.
 */
export function helperEnv(
  env: Readonly<Record<string, string>>,
  helper: "dialog" | "mfa-process",
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => {
      const upper = name.toUpperCase();
      return !OURS.test(upper) && !(helper === "dialog" && PASSWORD_MANAGERS.has(upper));
    }),
  );
}
