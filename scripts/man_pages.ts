/** The manual pages as files of an archive. */
import { commandTable } from "../src/cli/command_table.ts";
import { manualPage, manualPageName } from "../src/cli/manual/manual_page.ts";
import type { ShippedFile } from "./shipped_file.ts";

export function manPages(): readonly ShippedFile[] {
  const declarations = commandTable.map(({ declaration }) => declaration).filter(({ hidden }) => !hidden);
  return [null, ...declarations].map((declaration) => ({
    path: `man/man1/${manualPageName(declaration)}.1`,
    text: manualPage(declaration, commandTable),
  }));
}
