/** Puts the executable of the windows-x64 archive where `deno task wine` looks for it: `deno run -A tests/archives/unpack_windows.ts`. */
import { builtTarget, root, withUnpacked } from "./release_archives.ts";

await withUnpacked(builtTarget("windows-x64"), async ({ executable }) => {
  await Deno.mkdir(`${root}/dist/windows-x64`, { recursive: true });
  await Deno.copyFile(executable, `${root}/dist/windows-x64/aws-vault.exe`);
});
