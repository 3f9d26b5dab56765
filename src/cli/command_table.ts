/** All commands, each with its declaration and the way to load its body. Nothing of a command but its declaration is loaded from here. */
import { type Command, defineCommand } from "./command.ts";
import * as declared from "./declarations.ts";

export const commandTable: readonly Command[] = [
  defineCommand(declared.addDeclaration, async () => (await import("./commands/add.ts")).add),
  defineCommand(declared.removeDeclaration, async () => (await import("./commands/remove.ts")).remove),
  defineCommand(declared.importDeclaration, async () => (await import("./commands/import.ts")).importKeys),
  defineCommand(
    declared.migrateBackendDeclaration,
    async () => (await import("./commands/migrate_backend.ts")).migrateBackend,
  ),
  defineCommand(declared.listDeclaration, async () => (await import("./commands/list.ts")).list),
  defineCommand(declared.execDeclaration, async () => (await import("./commands/exec.ts")).exec),
  defineCommand(
    declared.exportDeclaration,
    async () => (await import("./commands/export.ts")).exportCredentials,
  ),
  defineCommand(declared.clearDeclaration, async () => (await import("./commands/clear.ts")).clear),
  defineCommand(declared.lockDeclaration, async () => (await import("./commands/lock.ts")).lock),
  defineCommand(declared.doctorDeclaration, async () => (await import("./commands/doctor.ts")).doctor),
  defineCommand(
    declared.completionDeclaration,
    async () => (await import("./commands/completion.ts")).completion,
  ),
  defineCommand(declared.versionDeclaration, async () => (await import("./commands/version.ts")).showVersion),
];

/** Commands of aws-vault that come with a later version: refused by name. */
export const laterCommands: readonly string[] = ["login", "rotate", "proxy", "server"];
