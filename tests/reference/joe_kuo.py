"""Writes src/random/joe_kuo.rs: the direction numbers of Joe & Kuo (2008), "new-joe-kuo-6.21201", for 256 dimensions.

The numbers are facts, taken from the table that scipy ships (scipy 1.17, `stats/_sobol_direction_numbers.npz`).
Run: python3 tests/reference/joe_kuo.py
"""
import pathlib

import numpy as np
import scipy.stats

DIMENSIONS = 256
table = np.load(pathlib.Path(scipy.stats.__file__).parent / "_sobol_direction_numbers.npz")
lines = []
for dimension in range(1, DIMENSIONS):
    polynomial = int(table["poly"][dimension])
    degree = polynomial.bit_length() - 1
    initial = [int(m) for m in table["vinit"][dimension][:degree]]
    assert all(m % 2 == 1 and m < 2 ** (k + 1) for k, m in enumerate(initial))
    lines.append(f"    &{[polynomial, *initial]},")

head = """//! Direction numbers of Joe & Kuo (2008), "Constructing Sobol sequences with better two-dimensional projections", SIAM
//! J. Sci. Comput. 30. Written by `tests/reference/joe_kuo.py`.

/// For each dimension from the second on: the primitive polynomial over GF(2), its coefficients as bits, then m₁, m₂, ….
#[rustfmt::skip]
"""
body = f"pub(super) const JOE_KUO: [&[u16]; {len(lines)}] = [\n" + "\n".join(lines) + "\n];\n"
(pathlib.Path(__file__).parents[2] / "src/random/joe_kuo.rs").write_text(head + body)
