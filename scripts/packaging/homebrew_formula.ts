/** The Homebrew formula: the Bun builds of macOS and of Linux with glibc, with manual pages and completions. */
import { plainAddress, publishedFile, type PublishedRelease } from "./published_release.ts";

/** The file's text. Throws when the release lacks one of the four archives. */
export function homebrewFormula(release: PublishedRelease): string {
  const source = (target: string, indent: string) => {
    const { url, sha256 } = publishedFile(release, `aws-vault-${release.version}-${target}.tar.gz`);
    return `${indent}url "${url}"\n${indent}sha256 "${sha256}"`;
  };
  const system = (name: string, target: string) =>
    `  on_${name} do
    on_arm do
${source(`${target}-arm64`, "      ")}
    end
    on_intel do
${source(`${target}-x64`, "      ")}
    end
  end`;
  return `class AwsVault < Formula
  desc "Keeps AWS keys in the system's secret store, gives out short-lived credentials"
  homepage "${plainAddress(release.homepage)}"
  version "${release.version}"
  license "MIT"

${system("macos", "darwin")}

${system("linux", "linux")}

  def install
    bin.install "aws-vault"
    man1.install Dir["man/man1/*.1"]
    bash_completion.install "completions/bash/aws-vault"
    zsh_completion.install "completions/zsh/_aws-vault"
    fish_completion.install "completions/fish/aws-vault.fish"
    prefix.install "LICENSE", "README.md", "THIRD_PARTY_NOTICES.txt"
  end

  test do
    assert_equal version.to_s, shell_output("#{bin}/aws-vault version").strip
    ENV["AWS_CONFIG_FILE"] = "#{testpath}/config"
    ENV["AWS_VAULT_BACKEND"] = "file"
    ENV["AWS_VAULT_FILE_DIR"] = "#{testpath}/keys"
    ENV["AWS_VAULT_FILE_PASSPHRASE"] = "test"
    ENV["AWS_ACCESS_KEY_ID"] = "AKIAIOSFODNN7EXAMPLE"
    ENV["AWS_SECRET_ACCESS_KEY"] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    system bin/"aws-vault", "add", "brew", "--env"
    assert_equal "brew", shell_output("#{bin}/aws-vault list --credentials").strip
  end
end
`;
}
