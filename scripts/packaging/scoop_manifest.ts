/** The Scoop manifest: the Bun builds of Windows, with what Scoop needs to follow later releases by itself. */
import { plainAddress, publishedFile, type PublishedRelease } from "./published_release.ts";

/** Scoop's names of the processors, with ours. */
const ARCHITECTURES = { "64bit": "windows-x64", arm64: "windows-arm64" };

/** The file's text. Throws when the release lacks an archive, or its address does not name the version as a tag. */
export function scoopManifest(release: PublishedRelease): string {
  const { version, url, homepage } = release;
  if (!url.endsWith(`/v${version}`)) throw new Error(`the address does not end in /v${version}: ${url}`);
  const laterUrl = `${url.slice(0, -version.length)}$version`;
  const each = <T>(make: (target: string) => T) =>
    Object.fromEntries(Object.entries(ARCHITECTURES).map(([name, target]) => [name, make(target)]));
  const manifest = {
    version,
    description: "Keeps AWS keys in the system's secret store, gives out short-lived credentials",
    homepage: plainAddress(homepage),
    license: "MIT",
    architecture: each((target) => {
      const { url, sha256 } = publishedFile(release, `aws-vault-${version}-${target}.zip`);
      return { url, hash: sha256, extract_dir: `aws-vault-${version}-${target}` };
    }),
    bin: "aws-vault.exe",
    checkver: { github: plainAddress(homepage) },
    autoupdate: {
      architecture: each((target) => ({
        url: `${laterUrl}/aws-vault-$version-${target}.zip`,
        extract_dir: `aws-vault-$version-${target}`,
      })),
      hash: { url: "$baseurl/SHA256SUMS" },
    },
  };
  return `${JSON.stringify(manifest, null, 4)}\n`;
}
