#compdef aws-vault
# zsh completion for aws-vault
# As the file _aws-vault in a folder of $fpath; or in ~/.zshrc after compinit: source <(aws-vault completion zsh)

_aws-vault() {
  local line value help kind
  local -a given answer entries
  local -i from
  # Quotes are taken off and nothing is expanded.
  given=("${(@Q)words[2,CURRENT - 1]}" "${(Q)PREFIX}")
  answer=("${(@f)$(command aws-vault --complete $((CURRENT - 2)) "${given[@]}" 2>/dev/null </dev/null)}")
  kind=$answer[1]
  case $kind in
    words)
      for line in "${(@)answer[2,-1]}"; do
        value=${line%%$'\t'*}
        help=${line#*$'\t'}
        [[ $help == $line ]] && help=
        value=${value//\\/\\\\}
        entries+=("${value//:/\\:}${help:+:$help}")
      done
      (( $#entries )) && _describe -t aws-vault 'aws-vault' entries
      ;;
    files)
      _files
      ;;
    folders)
      _files -/
      ;;
    command\ *)
      from=${kind#command }+1
      shift $from words
      (( CURRENT -= from ))
      _normal
      ;;
  esac
}

if [[ $funcstack[1] == _aws-vault ]]; then
  _aws-vault "$@"
else
  compdef _aws-vault aws-vault
fi
