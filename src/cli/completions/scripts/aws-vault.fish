# fish completion for aws-vault
# In ~/.config/fish/config.fish: aws-vault completion fish | source

function __aws_vault_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    # A quote may still be open; fish compares the candidates by itself, so only the beginning of a flag matters.
    set -l current (string unescape -- $typed); or set current $typed
    set -q current[1]; or set current ''
    set -l answer (command aws-vault --complete (math (count $words) - 1) $words[2..-1] $current[1] 2>/dev/null </dev/null)
    switch "$answer[1]"
        case words
            # Lines of a word, a tab and its description are what fish takes.
            set -q answer[2]; and printf '%s\n' $answer[2..-1]
        case files
            __fish_complete_path $current[1]
        case folders
            __fish_complete_directories $current[1]
        case 'command *'
            set -l from (math (string replace 'command ' '' -- $answer[1]) + 2)
            set -l line (string escape -- $words[$from..-1]) $typed
            complete -C (string join ' ' -- $line)
    end
end

complete -c aws-vault -f -a '(__aws_vault_complete)'
