/**
 * Where a message bus listens, as sockets to try in order. Of the transports that an address can name only sockets of this machine are
 * used (`unix:path`, `unix:abstract`); `tcp`, `launchd`, `unixexec` and `autolaunch` are left out, and no bus is ever launched.
 *
 * https://dbus.freedesktop.org/doc/dbus-specification.html#addresses
 */

export interface BusSurroundings {
  readonly env: { get(name: string): string | undefined };
  /** `null` where the system has none. */
  userId(): number | null;
}

/** Paths of the session bus's sockets, most likely first; a leading NUL marks an abstract name. */
export function sessionBusSockets({ env, userId }: BusSurroundings): string[] {
  const given = env.get("DBUS_SESSION_BUS_ADDRESS") ?? "";
  if (given !== "" && !given.startsWith("autolaunch:")) return busSockets(given);
  // Where the user's systemd starts one: https://www.freedesktop.org/software/systemd/man/latest/pam_systemd.html
  const folders = [env.get("XDG_RUNTIME_DIR") ?? "", `/run/user/${userId()}`];
  return [...new Set(folders.filter((folder) => folder.startsWith("/")).map((folder) => `${folder}/bus`))];
}

/** Paths of the system bus's sockets. */
export function systemBusSockets({ env }: Pick<BusSurroundings, "env">): string[] {
  return busSockets(env.get("DBUS_SYSTEM_BUS_ADDRESS") || "unix:path=/run/dbus/system_bus_socket");
}

/** The sockets in a list of addresses. */
export function busSockets(addresses: string): string[] {
  return addresses.split(";").flatMap((address) => {
    const [, parameters] = /^unix:(.*)$/s.exec(address) ?? [];
    for (const pair of parameters?.split(",") ?? []) {
      const [, key, value = ""] = /^(path|abstract)=(.+)$/s.exec(pair) ?? [];
      const name = unescape(value);
      if (key === "path" && name?.startsWith("/")) return [name];
      if (key === "abstract" && name) return [`\0${name}`];
    }
    return [];
  });
}

/** Bytes are escaped as `%xx`; `null` for what is no text then. */
function unescape(value: string): string | null {
  try {
    return decodeURIComponent(value);
  } catch {
    return null;
  }
}
