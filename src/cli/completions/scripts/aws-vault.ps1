# PowerShell completion for aws-vault, for Windows PowerShell 5.1 and PowerShell 7
# In $PROFILE: aws-vault completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName 'aws-vault', 'aws-vault.exe' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $program = Get-Command -Name 'aws-vault' -CommandType Application -TotalCount 1 -ErrorAction SilentlyContinue
    if ($null -eq $program) { return }

    $elements = @($commandAst.CommandElements | Select-Object -Skip 1)
    $words = @()
    foreach ($element in $elements) {
        if ($element.Extent.EndOffset -ge $cursorPosition) { break }
        if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $words += $element.Value }
        else { $words += $element.Extent.Text }
    }
    $current = "$wordToComplete" -replace '^[''"]', '' -replace '[''"]$', ''

    # Windows PowerShell leaves out an empty last argument; the index says which word is meant.
    $encoding = [Console]::OutputEncoding
    try {
        [Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false
        $answer = @(& $program.Source --complete $words.Count @words $current 2>$null)
    }
    finally {
        [Console]::OutputEncoding = $encoding
    }
    if ($answer.Count -eq 0) { return }

    if ($answer[0] -eq 'files' -or $answer[0] -eq 'folders') {
        [System.Management.Automation.CompletionCompleters]::CompleteFilename($current)
    }
    elseif ($answer[0] -like 'command *') {
        $from = [int]($answer[0].Substring('command '.Length))
        $line = ''
        if ($from -lt $elements.Count) {
            $start = $elements[$from].Extent.StartOffset - $commandAst.Extent.StartOffset
            $line = $commandAst.Extent.Text.Substring($start).PadRight($cursorPosition - $elements[$from].Extent.StartOffset)
        }
        ([System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null)).CompletionMatches
    }
    elseif ($answer[0] -eq 'words') {
        foreach ($entry in ($answer | Select-Object -Skip 1)) {
            $value, $help = $entry -split "`t", 2
            if (-not $value.StartsWith($current, [System.StringComparison]::Ordinal)) { continue }
            $text = $value
            if ($value -notmatch '^[\p{L}\p{N}_%+=:./-]+$') {
                $text = "'" + [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($value) + "'"
            }
            if ([string]::IsNullOrEmpty($help)) { $help = $value }
            [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $help)
        }
    }
}
