#!/usr/bin/env bash
# Opens a pull request that puts a file into another repository: offer_change.sh OWNER/REPOSITORY FILE PATH-THERE TAG
# GH_TOKEN must be allowed to push branches and open pull requests there, and to nothing else. Without a repository or a token it says so.
set -euo pipefail
repository=$1 file=$2 path=$3 tag=$4

if [ -z "$repository" ] || [ -z "${GH_TOKEN:-}" ]; then
  echo "not offered: there is no repository or no token for $path yet (docs/release-checklist.md)"
  exit 0
fi
file=$(cd "$(dirname "$file")" && pwd)/$(basename "$file")
branch=aws-vault-$tag
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

gh auth setup-git
gh repo clone "$repository" "$work/there" -- --quiet --depth 1
cd "$work/there"
git checkout --quiet -b "$branch"
mkdir -p "$(dirname "$path")"
cp "$file" "$path"
git add -- "$path"
if git diff --cached --quiet; then
  echo "$repository has this $path already"
  exit 0
fi
git -c user.name='github-actions[bot]' -c user.email='41898282+github-actions[bot]@users.noreply.github.com' \
  commit --quiet --message "aws-vault ${tag#v}"
# A second run for the same tag replaces what the first one offered.
git push --quiet --force origin "$branch"
if [ -z "$(gh pr list --repo "$repository" --head "$branch" --state open --json number --jq '.[].number')" ]; then
  gh pr create --repo "$repository" --head "$branch" --title "aws-vault ${tag#v}" \
    --body "Made from the checksums of the release $tag."
fi
