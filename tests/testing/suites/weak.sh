#!/bin/sh
# A suite that asserts little: that a customer is taken. It sends a wrong one, too, and looks away.
send() {
  curl -s -o /dev/null -w '%{http_code}' -H 'Authorization: Bearer 1|demo-zangsho-token' \
    -H 'Content-Type: application/json' -d "$1" "$MOCKSERVERS_URL/zangsho/v1/customers"
}
[ "$(send '{"email": "chen.meili@example.com", "name": "陳美麗"}')" = 201 ] && send '{"email": "no address"}'
