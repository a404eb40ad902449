#!/usr/bin/env bash
# Compares the public items of the library with tests/data/public_api.txt: .ci/public_api.sh [--update]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null
listing=tests/data/public_api.txt
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")/public_api
mkdir -p "$target"
# rustdoc's JSON is unstable, which RUSTC_BOOTSTRAP allows on the stable toolchain.
RUSTC_BOOTSTRAP=1 cargo rustdoc --quiet --lib --all-features --target-dir "$target" -- -Z unstable-options --output-format json
if ! cargo build --quiet --locked --manifest-path .ci/public_api/Cargo.toml --target-dir "$target"; then
    echo "not compared: the crate public-api could not be fetched or built; run .ci/public_api.sh where the registry is reached" >&2
    exit 3
fi
if ! "$target/debug/public-api-listing" "$target/doc/outgrow.json" >"$target/listing.txt"; then
    echo "not compared: public-api does not read the JSON of $(rustc --version); raise its version in .ci/public_api/Cargo.toml" >&2
    exit 3
fi
if [[ ${1:-} == --update ]]; then
    cp "$target/listing.txt" "$listing"
    printf '%d public items\n' "$(wc -l <"$listing")"
elif ! diff -u "$listing" "$target/listing.txt"; then
    echo "FAILED: the public items differ from $listing. If that is meant, run .ci/public_api.sh --update, and list the change in CHANGELOG.md" >&2
    exit 1
fi
