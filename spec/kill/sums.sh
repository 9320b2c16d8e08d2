#!/bin/sh
# What a journal says, without any code of ours: each row's last state as "row key state", by jq and awk.
# usage: sums.sh <journal>
set -eu
jq -r 'select(.row) | [.row, .key, .state] | @tsv' "$1" |
  awk -F '\t' '{ key[$1] = $2; state[$1] = $3 } END { for (row in state) print row, key[row], state[row] }' | sort -n
