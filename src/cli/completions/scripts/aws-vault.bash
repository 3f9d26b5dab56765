# bash completion for aws-vault, for bash from 3.2 on (that of macOS), with and without bash-completion
# In ~/.bashrc: eval "$(aws-vault completion bash)"

# Puts what a word on the command line means into _aws_vault_plain, and the quote that is still open into _aws_vault_quote.
# Nothing is expanded.
_aws_vault_unquote() {
    local raw=$1 char i
    _aws_vault_plain='' _aws_vault_quote=''
    for ((i = 0; i < ${#raw}; i++)); do
        char=${raw:i:1}
        if [[ $_aws_vault_quote == "'" && $char != "'" ]]; then
            _aws_vault_plain+=$char
        elif [[ $char == "\\" && $_aws_vault_quote == '"' && ${raw:i+1:1} != [\"\\\$\`] ]]; then
            _aws_vault_plain+=$char
        elif [[ $char == "\\" ]]; then
            ((i++))
            _aws_vault_plain+=${raw:i:1}
        elif [[ -n $_aws_vault_quote && $char == "$_aws_vault_quote" ]]; then
            _aws_vault_quote=''
        elif [[ -z $_aws_vault_quote && $char == [\"\'] ]]; then
            _aws_vault_quote=$char
        else
            _aws_vault_plain+=$char
        fi
    done
}

# Of the lines on stdin, what stands before the first tab, if it begins with what was typed, as the user would have to type it.
_aws_vault_offer() {
    local typed=$1 before='' other plain quote value text
    _aws_vault_unquote "$typed"
    plain=$_aws_vault_plain quote=$_aws_vault_quote
    if [[ -n $quote ]]; then
        # Readline puts the candidate behind the open quote, which has to be the word's beginning.
        [[ $typed == "$quote"* ]] || return
    else
        # Readline replaces only what follows the last of its own word breaks.
        [[ $COMP_WORDBREAKS == *:* ]] && before=${typed%"${typed##*:}"}
        other=${typed%"${typed##*=}"}
        [[ $COMP_WORDBREAKS == *=* && ${#other} -gt ${#before} ]] && before=$other
    fi
    while IFS=$'\t' read -r value _; do
        [[ -n $value && $value == "$plain"* ]] || continue
        # Readline takes a quote at the end of a candidate for the closing one.
        [[ -n $quote && $value == *"$quote" ]] && continue
        case $quote in
            "'") text=${value//"'"/"'\\''"} ;;
            '"')
                # In double quotes history expansion can't be quoted.
                [[ $value == *'!'* ]] && continue
                text=${value//\\/\\\\}
                text=${text//\"/\\\"}
                text=${text//\$/\\\$}
                text=${text//\`/\\\`}
                ;;
            *)
                printf -v text %q "$value"
                [[ $text == "$before"* ]] || continue
                text=${text#"$before"}
                ;;
        esac
        COMPREPLY+=("$text")
    done
}

_aws_vault_paths() {
    local path
    type compopt >/dev/null 2>&1 && compopt -o filenames
    while IFS= read -r path; do
        [[ -n $path ]] && COMPREPLY+=("$path")
    done <<<"$(compgen "$1" -- "$2")"
}

# A command line of its own, which begins with this word of COMP_WORDS.
_aws_vault_command() {
    local at=$1 typed=$2
    if declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$at"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$at"
    elif ((COMP_CWORD == at)); then
        _aws_vault_unquote "$typed"
        _aws_vault_offer "$typed" <<<"$(compgen -c -- "$_aws_vault_plain")"
    else
        _aws_vault_paths -f "$typed"
    fi
}

_aws_vault() {
    local line=${COMP_LINE:0:COMP_POINT} rest word typed answer kind i
    local _aws_vault_plain _aws_vault_quote
    local -a words starts plain
    COMPREPLY=()
    # Readline breaks words at = and : as well; here they stay whole.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        rest=${line#"${line%%[![:space:]]*}"}
        word=${COMP_WORDS[i]}
        ((i == COMP_CWORD)) && word=$rest
        if ((i == 0)) || [[ $rest != "$line" ]]; then
            words+=("$word")
            starts+=("$i")
        else
            words[${#words[@]} - 1]+=$word
        fi
        line=${rest#"$word"}
    done
    typed=${words[${#words[@]} - 1]}
    for word in "${words[@]:1}"; do
        _aws_vault_unquote "$word"
        plain+=("$_aws_vault_plain")
    done
    answer=$(command aws-vault --complete "$((${#words[@]} - 2))" "${plain[@]}" 2>/dev/null </dev/null)$'\n'
    kind=${answer%%$'\n'*}
    case $kind in
        words) _aws_vault_offer "$typed" <<<"${answer#*$'\n'}" ;;
        files) _aws_vault_paths -f "$typed" ;;
        folders) _aws_vault_paths -d "$typed" ;;
        command\ *) _aws_vault_command "${starts[${kind#command } + 1]}" "$typed" ;;
    esac
}

complete -F _aws_vault aws-vault
