#!/bin/bash
# What sharding costs on this machine, three times: one process with two threads, two processes with one thread each and SHARDS shards, the merge, and the
# start of a shard without paths to speak of.
#   ./measure.sh COMMAND SCENARIO PATHS SHARDS
set -euo pipefail
command=$1 scenario=$2 paths=$3 shards=$4
parts=$(mktemp -d)
trap 'rm -rf "$parts"' EXIT
TIMEFORMAT=%R
run=("$command" run "$scenario" --quiet --seed 7)

for _ in 1 2 3; do
    whole=$({ time "${run[@]}" --paths "$paths" --threads 2 --json >"$parts/whole"; } 2>&1)
    cut=$({ time seq 0 $((shards - 1)) | xargs -P 2 -I {} "${run[@]}" --paths "$paths" --threads 1 --shard "{}/$shards" --out "$parts/{}.json"; } 2>&1)
    merge=$({ time "$command" merge "$parts"/*.json --json >"$parts/merged"; } 2>&1)
    cmp "$parts/whole" "$parts/merged"
    start=$({ time "${run[@]}" --paths 64 --threads 1 --shard 0/1 --out "$parts/one.json"; } 2>&1)
    rm "$parts"/*.json
    echo "one process $whole s, $shards shards in two processes $cut s, merge $merge s, start of a shard $start s"
done
