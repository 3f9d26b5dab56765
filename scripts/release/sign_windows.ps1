# Signs programs with Authenticode. CERTIFICATE is a code-signing certificate with its key, PFX in base64, CERTIFICATE_PASSWORD its password,
# TIMESTAMP_SERVER the address of the issuer's time-stamping service. Without a certificate nothing is done. Writes `signed=yes` or
# `signed=no` to GITHUB_OUTPUT.
param([Parameter(Mandatory)][string[]]$Programs)
$ErrorActionPreference = 'Stop'

if (-not $env:CERTIFICATE) {
    Add-Content -Path $env:GITHUB_OUTPUT -Value 'signed=no'
    exit 0
}
if (-not $env:TIMESTAMP_SERVER) { throw 'the variable WINDOWS_TIMESTAMP_SERVER is not set: signatures would end with the certificate' }

$password = ConvertTo-SecureString -String $env:CERTIFICATE_PASSWORD -AsPlainText -Force
$file = New-TemporaryFile
try {
    [IO.File]::WriteAllBytes($file, [Convert]::FromBase64String($env:CERTIFICATE))
    $certificate = Get-PfxCertificate -FilePath $file -Password $password
    foreach ($program in $Programs) {
        $signed = Set-AuthenticodeSignature -FilePath $program -Certificate $certificate -HashAlgorithm SHA256 -TimestampServer $env:TIMESTAMP_SERVER
        if ($signed.Status -ne 'Valid') { throw "$program was not signed: $($signed.StatusMessage)" }
        Write-Output "signed $program"
    }
}
finally {
    Remove-Item -Force $file
}
Add-Content -Path $env:GITHUB_OUTPUT -Value 'signed=yes'
