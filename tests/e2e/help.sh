#!/usr/bin/env bash
# Help at every level, and usage errors that point the way.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib/e2e.bash
. "$(dirname "$0")/lib/e2e.bash"

for command in "" run check network "network init" party demo bench completion version help; do
    # shellcheck disable=SC2086 # the words of a command are words
    expect "help of '$command'" 0 "usage: sotto" $command --help
    if awk 'length > 80 { exit 1 }' "$TMP/out"; then
        ok "help of '$command' fits 80 columns"
    else
        not_ok "help of '$command' fits 80 columns" "$(awk 'length > 80' "$TMP/out" | head -1)"
    fi
    [ -z "$command" ] || expect "help $command" 0 "usage: sotto $command" help ${command:+$command}
done
expect "version" 0 "sotto " version
expect "--version" 0 "sotto " --version
expect "version in JSON" 0 '{"version":' version --json

expect "no command" 2 "see 'sotto --help'"
expect "unknown command" 2 "did you mean 'run'?" rnu
expect "unknown command without a near one" 2 "unknown command 'zzzzzz'" zzzzzz
expect "unknown subcommand" 2 "did you mean 'network init'?" network int
expect "group alone" 2 "usage: sotto network init" network
expect "option first" 2 "a command must come first" --json run
expect "unknown option" 2 "did you mean '--protocol'?" run x.sotto --protocl rep4
expect "missing operand" 2 "usage: sotto run PROGRAM" run
expect "one operand too many" 2 "one argument too many" run a.sotto b.sotto
expect "missing value" 2 "needs a value" run x.sotto --input
expect "value for a switch" 2 "takes no value" run x.sotto --json=1
expect "twice" 2 "given twice" run x.sotto --protocol rep4 --protocol rep3
expect "unknown protocol" 2 "did you mean 'rep4'?" run x.sotto --protocol rep5
expect "corrupt party that is none" 2 "from 0 to 3" run x.sotto --corrupt 4
expect "corrupt party of rep3" 2 "from 0 to 2" run x.sotto --protocol rep3 --corrupt 3
expect "corrupt party of clear" 2 "no other party" run x.sotto --protocol clear --corrupt 0
expect "bad time-out" 2 "a number of seconds" run x.sotto --timeout soon
expect "bad memory" 2 "a number of bytes" run x.sotto --memory 5X
expect "memory past 64 bits" 2 "a number of bytes" run x.sotto --memory 99999999999G
expect "unknown shell" 2 "bash, zsh and fish" completion csh
expect "party without config" 2 "--config" party x.sotto

sotto run x.sotto --json --protocl rep4
if python3 - "$TMP/out" <<'END'; then ok "usage error in JSON"; else not_ok "usage error in JSON" "$(cat "$TMP/out")"; fi
import json, sys
error = json.load(open(sys.argv[1]))
assert error["error"]["code"] == "USAGE" and "did you mean" in error["error"]["message"]
END
if grep -q $'\x1b' "$TMP/err"; then not_ok "no colour in a pipe" "escape sequence"; else ok "no colour in a pipe"; fi

expect "completion for bash" 0 "complete -F _sotto sotto" completion bash
complete_bash() { # words of a command line; prints the completions of the last
    bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sotto 2>/dev/null; echo "${COMPREPLY[*]}"' \
        - "$TMP/completion" "$@"
}
cp "$TMP/out" "$TMP/completion"
check_completion() {
    local name=$1 want=$2 got
    shift 2
    got=$(complete_bash "$@")
    if [ "$got" = "$want" ]; then ok "completes $name"; else not_ok "completes $name" "'$got'"; fi
}
check_completion "commands" "run" sotto ru
check_completion "options" "--protocol" sotto run --prot
check_completion "values" "rep4 rep3a rep3" sotto run x.sotto --protocol rep
check_completion "subcommands" "init" sotto network i
check_completion "options of subcommands" "--parties" sotto network init --par
expect "completion for zsh" 0 "#compdef sotto" completion zsh
expect "completion for fish" 0 "complete -c sotto" completion fish
finish
