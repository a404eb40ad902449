#!/bin/bash
# Simulates a scenario as an array of SHARDS jobs, and merges their counts when all have ended well:
#   SCENARIO=case.toml SHARDS=64 OPTIONS='--paths 1e11 --seed 7' ./submit.sh
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export SCENARIO="${SCENARIO:?the scenario file}" OPTIONS="${OPTIONS:-}"
shards="${SHARDS:?the number of shards}"
mkdir -p parts
array=$(sbatch --parsable --array="0-$((shards - 1))" "$here/run.sbatch")
merge=$(sbatch --parsable --dependency="afterok:$array" "$here/merge.sbatch")
echo "array job $array, merged by job $merge into outcome.json"
