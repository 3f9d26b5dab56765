# nushell completion for aws-vault; completions of other commands stay with the completer that was there before
# aws-vault completion nushell | save -f ($nu.default-config-dir | path join aws-vault.nu), then in config.nu: source aws-vault.nu

def "aws-vault complete-words" [spans: list<string>, previous: any] {
    let words = ($spans | skip 1 | each {|word|
        if ($word =~ '^".*"$') { try { $word | from json } catch { $word } } else if ($word =~ "^(['`]).*\\1$") { $word | str substring 1..-2 } else { $word }
    })
    let current = ($words | last | default "" | str replace --regex "^['\"`]" "")
    let answer = (^aws-vault --complete (($words | length) - 1) ...$words | complete | get stdout | lines)
    let kind = ($answer | get 0? | default "")
    if ($kind | str starts-with "command ") {
        let rest = ($spans | skip (($kind | str substring 8.. | into int) + 1))
        if $previous != null { return (do $previous $rest) }
        # nushell offers files for what it is given no answer to.
        if ($rest | length) != 1 { return null }
        return ($env.PATH | each {|folder| try { ls --short-names ($folder | into glob) | get name } catch { [] } } | flatten | uniq
            | where {|it| $it | str starts-with $current } | each {|it| { value: $it description: "" } })
    }
    if $kind != "words" { return null }
    $answer | skip 1 | each {|line|
        let parts = ($line | split row --number 2 "\t")
        { value: $parts.0 description: ($parts | get 1? | default "") }
    } | where {|it| $it.value | str starts-with $current } | update value {|it|
        if ($it.value =~ '^[\p{L}\p{N}_@%+=:,./-]+$') { $it.value } else { $it.value | to json --raw }
    }
}

$env.config.completions.external = {
    enable: true
    max_results: ($env.config.completions?.external?.max_results? | default 100)
    completer: (do {|previous|
        {|spans|
            if ($spans.0? | default "" | path basename) in ["aws-vault" "aws-vault.exe"] {
                aws-vault complete-words $spans $previous
            } else if $previous != null {
                do $previous $spans
            }
        }
    } $env.config.completions?.external?.completer?)
}
