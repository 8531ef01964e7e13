# What the tests of the example server share; sourced, from bash, as: source common.sh SERVER_BINARY CLIENT_BINARY
#
#   start [VARIABLE=value…]    starts the server on a free port, on the files in $data; sets $base, $port, $server
#   stop [signal]              ends it and waits
#   call METHOD PATH […]       curl; leaves $status, $body, and headers in $headers
#   check TEXT COMMAND…        counts, and says what failed
#   finish                     the exit status

set -euo pipefail
binary=$1 client=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
data=$folder/data trail=$folder/trail headers=$folder/headers issued=$folder/issued
server="" checks=0 failed=0
: >"$trail"
: >"$issued"

cleanup() {
  [[ -z $server ]] || { kill -9 "$server" && wait "$server"; } 2>/dev/null || true
  rm -rf "$folder"
}
trap cleanup EXIT

start() {
  local line
  coproc SERVER { exec env EKAUTH_DATA="$data" EKAUTH_PORT=0 "$@" "$binary" 2>>"$trail"; }
  server=$SERVER_PID
  read -r -t 60 line <&"${SERVER[0]}" || { cat "$trail" >&2; echo "the server did not start" >&2; exit 1; }
  base=${line#listening on } port=${line##*:}
}

stop() {
  local code=0
  kill "-${1:-TERM}" "$server"
  wait "$server" 2>/dev/null || code=$?
  server=""
  [[ ${1:-TERM} != TERM ]] || check "the server ends in order" is "$code" 0
}

# Answers of every call are searched for secrets, which go to $issued.
call() {
  local method=$1 path=$2
  shift 2
  : >"$headers"
  : >"$folder/body"
  status=$(curl -sS --max-time 60 -o "$folder/body" -D "$headers" -w '%{http_code}' -X "$method" "$base$path" "$@" 2>"$folder/curl") || true
  body=$(tr -d '\0' <"$folder/body")
  jq -r '.. | strings | select(test("^(ek_[a-z]+_|rt_|eyJ)[0-9A-Za-z_.-]{30,}$"))' <<<"$body" >>"$issued" 2>/dev/null || true
}

json=(-H "Content-Type: application/json")
as() { bearer=(-H "Authorization: Bearer $1"); }
take() { jq -r "$1" <<<"$body"; }

check() {
  checks=$((checks + 1))
  local text=$1
  shift
  "$@" || {
    failed=$((failed + 1))
    printf 'FAILED: %s\n   (%s)\n   status %s, body %.400s\n' "$text" "$*" "${status:-}" "${body:-}"
  }
}
is() { [[ "$1" == "$2" ]]; }
holds() { jq -e "$1" <<<"$body" >/dev/null 2>&1; }
# The answer is a refusal with this status and name, in the envelope.
refused() {
  [[ $status == "$1" ]] && holds ".error | .statusCode == $1 and .errorName == \"$2\" and
    (keys_unsorted == [\"statusCode\", \"message\", \"errorName\", \"details\", \"path\", \"requestId\", \"timestamp\"])"
}
expect() {  # expect TEXT STATUS ERROR_NAME METHOD PATH […]
  local text=$1 wanted=$2 error=$3
  shift 3
  call "$@"
  check "$text" refused "$wanted" "$error"
}

email=ada@example.com password=a-password-that-nobody-else-has
sign_up() {
  call POST /v1/accounts "${json[@]}" -d "{\"email\":\"$email\",\"password\":\"$password\",\"name\":\"Ada\"}"
  [[ $status == 201 ]] || { echo "sign-up answered $status: $body" >&2; exit 1; }
  account=$(take .account.id)
}
log_in() {
  call POST /v1/auth/login "${json[@]}" -d "{\"email\":\"$email\",\"password\":\"$password\"}"
  [[ $status == 200 ]] || { echo "login answered $status: $body" >&2; exit 1; }
  access=$(take .accessToken) refresh=$(take .refreshToken)
}
make_key() {  # make_key SCOPES_JSON [live|test]
  call POST /v1/keys -H "Authorization: Bearer $access" "${json[@]}" \
    -d "{\"name\":\"Key\",\"scopes\":$1,\"environment\":\"${2:-live}\"}"
  [[ $status == 201 ]] || { echo "key creation answered $status: $body" >&2; exit 1; }
  key=$(take .apiKey) key_id=$(take .key.id)
}
refresh_with() { call POST /v1/auth/refresh "${json[@]}" -d "{\"refreshToken\":\"$1\"}"; }

finish() {
  check "no sanitizer had to speak" is "$(grep -cE 'runtime error|Sanitizer' "$trail")" 0
  printf '%s of %s checks held\n' "$((checks - failed))" "$checks"
  ((failed == 0))
}
