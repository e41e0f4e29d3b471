#!/bin/sh
# A suite that asserts what the vendor then holds, and what it refuses.
send() {
  curl -s -o /dev/null -w '%{http_code}' -H 'Authorization: Bearer 1|demo-zangsho-token' \
    -H 'Content-Type: application/json' -d "$1" "$MOCKSERVERS_URL/zangsho/v1/customers"
}
held() {
  curl -s "$MOCKSERVERS_URL/__admin/tenants/demo-zangsho/state" |
    jq -r '.customers[] | select(.email == "chen.meili@example.com") | .name'
}
[ "$(send '{"email": "chen.meili@example.com", "name": "陳美麗"}')" = 201 ] &&
  [ "$(held)" = 陳美麗 ] &&
  [ "$(send '{"email": "no address"}')" = 422 ]
