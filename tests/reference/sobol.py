"""Writes sobol.csv: points of scipy's unscrambled Sobol sequence in natural order, for five dimensions.

Run: python3 tests/reference/sobol.py (scipy 1.17)
"""
import csv
import pathlib

from scipy.stats import qmc

points = qmc.Sobol(256, scramble=False, bits=32).random(4096)
with open(pathlib.Path(__file__).with_name("sobol.csv"), "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["dimension", "point", "value"])
    for dimension in [0, 1, 2, 9, 255]:
        for place in [*range(32), *range(2000, 2032)]:
            # scipy walks in Gray-code order: its n-th point is the natural one of gray(n) = n ^ n >> 1.
            gray, n = place, 0
            while gray:
                n ^= gray
                gray >>= 1
            writer.writerow([dimension, place, repr(float(points[n, dimension]))])
