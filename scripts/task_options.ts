/** Reads `--name=value` arguments of our build tasks. Refuses names it does not know. */

/** The defaults with what the arguments say instead. Throws on anything else than `--<known name>=<value>`. */
export function taskOptions<T extends Record<string, string>>(args: readonly string[], defaults: T): T {
  const options: Record<string, string> = { ...defaults };
  for (const arg of args) {
    const match = /^--([a-z-]+)=(.+)$/.exec(arg);
    const [name, value] = [match?.[1], match?.[2]];
    if (name === undefined || value === undefined || !Object.hasOwn(defaults, name)) {
      const known = Object.keys(defaults).map((key) => `--${key}=…`).join(", ");
      throw new Error(`unknown argument ${arg} (known: ${known})`);
    }
    options[name] = value;
  }
  return options as T;
}
