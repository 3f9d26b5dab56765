#!/usr/bin/env bash
# Signs programs on macOS. With CERTIFICATE (a Developer ID Application certificate, PKCS #12 in base64) and CERTIFICATE_PASSWORD they
# are signed with it and, with NOTARY_KEY (an App Store Connect key, PEM), NOTARY_KEY_ID and NOTARY_ISSUER, notarised by Apple. Without,
# they get a signature that names nobody, which macOS asks of every program. Writes `signed=notarised`, `signed=yes` or `signed=no` to
# $GITHUB_OUTPUT.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
entitlements=$here/macos_entitlements.plist

sign() {
  local identity=$1
  shift
  for program in "$@"; do
    codesign --force --options runtime --entitlements "$entitlements" --identifier aws-vault --sign "$identity" \
      ${keychain:+--timestamp --keychain "$keychain"} "$program"
    codesign --verify --strict --verbose=2 "$program"
  done
}

if [ -z "${CERTIFICATE:-}" ]; then
  keychain=''
  sign - "$@"
  echo "signed=no" >>"$GITHUB_OUTPUT"
  exit 0
fi

work=$(mktemp -d)
keychain=$work/signing.keychain-db
password=$(openssl rand -hex 24)
trap 'security delete-keychain "$keychain" 2>/dev/null || true; rm -rf "$work"' EXIT
security create-keychain -p "$password" "$keychain"
security set-keychain-settings -l -u -t 3600 "$keychain"
security unlock-keychain -p "$password" "$keychain"
printf %s "$CERTIFICATE" | base64 --decode >"$work/certificate.p12"
security import "$work/certificate.p12" -k "$keychain" -P "$CERTIFICATE_PASSWORD" -T /usr/bin/codesign
rm "$work/certificate.p12"
security set-key-partition-list -S apple-tool:,apple: -k "$password" "$keychain" >/dev/null
identity=$(security find-identity -v -p codesigning "$keychain" | awk '/Developer ID Application/ { print $2; exit }')
[ -n "$identity" ] || { echo "the certificate is not a Developer ID Application one" >&2; exit 1; }
sign "$identity" "$@"

if [ -z "${NOTARY_KEY:-}" ]; then
  echo "signed=yes" >>"$GITHUB_OUTPUT"
  exit 0
fi
printf '%s\n' "$NOTARY_KEY" >"$work/key.p8"
for program in "$@"; do
  ditto -c -k "$program" "$work/program.zip"
  xcrun notarytool submit "$work/program.zip" --key "$work/key.p8" --key-id "$NOTARY_KEY_ID" --issuer "$NOTARY_ISSUER" \
    --wait --timeout 30m | tee "$work/answer"
  grep -q 'status: Accepted' "$work/answer"
done
echo "signed=notarised" >>"$GITHUB_OUTPUT"
