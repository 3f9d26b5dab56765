# Run by CI where there is PowerShell: the completion script in the real shell. Usage: pwsh -File powershell_check.ps1 PROGRAM
param([Parameter(Mandatory)][string]$Program)
$ErrorActionPreference = 'Stop'

$names = @('work', 'q1 a b', "q2it's", 'q3$(New-Item pwned)', 'q4`n', 'q5;New-Item pwned', 'q6&x', 'q7{a}', 'q8@x', 'q9#x')
$folder = New-Item -ItemType Directory -Path (Join-Path ([IO.Path]::GetTempPath()) ([Guid]::NewGuid()))
try {
    Set-Location $folder
    $lines = $names | ForEach-Object { if ($_.Contains("'")) { "[profile `"$_`"]" } else { "[profile '$_']" } }
    [IO.File]::WriteAllLines((Join-Path $folder 'config'), [string[]]$lines)
    $env:AWS_CONFIG_FILE = Join-Path $folder 'config'
    $env:PATH = (Split-Path (Resolve-Path $Program)) + [IO.Path]::PathSeparator + $env:PATH
    & $Program completion powershell | Out-String | Invoke-Expression

    function Complete([string]$Line) {
        (TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches
    }
    function Expect([string]$Line, [string[]]$Wanted) {
        $got = @(Complete $Line | ForEach-Object { $_.CompletionText })
        if (($got -join '|') -cne ($Wanted -join '|')) { throw "$Line gave $($got -join '|'), not $($Wanted -join '|')" }
        Write-Output "ok $Line"
    }

    Expect 'aws-vault expo' 'export'
    Expect 'aws-vault export --form' '--format'
    Expect 'aws-vault export --format js' 'json'
    Expect 'aws-vault export --format=js' '--format=json'
    Expect 'aws-vault exec wo' 'work'
    Expect 'aws-vault completion ' @('bash', 'zsh', 'fish', 'powershell', 'nushell')
    foreach ($name in $names | Select-Object -Skip 1) {
        $quoted = "'" + $name.Replace("'", "''") + "'"
        Expect "aws-vault exec $($name.Substring(0, 2))" $quoted
        # What is inserted means exactly the name.
        if ((Invoke-Expression $quoted) -cne $name) { throw "$quoted is not $name" }
    }
    $commands = @(Complete 'aws-vault exec work -- Get-ChildI' | ForEach-Object { $_.CompletionText })
    if ($commands -notcontains 'Get-ChildItem') { throw "no command after the profile: $commands" }
    if (Test-Path pwned) { throw 'a profile name was run' }
    Write-Output '1 passed, 0 failed'
}
finally {
    Set-Location ([IO.Path]::GetTempPath())
    Remove-Item -Recurse -Force $folder
}
