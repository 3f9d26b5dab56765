/** Cuts secrets in what the demo shows down to their first characters, so that a reader can tell two apart and use neither. */

const SHOWN = 6;
/** Members of JSON answers and variables of environments whose values are secret. */
const SECRET_VALUES =
  /("(?:SecretAccessKey|SessionToken)": ?"|\b(?:AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|AWS_VAULT_FILE_PASSPHRASE)=)([^"\s]+)/g;

export function shortenSecrets(text: string): string {
  return text.replace(SECRET_VALUES, (_, name: string, value: string) => `${name}${value.slice(0, SHOWN)}…`);
}
