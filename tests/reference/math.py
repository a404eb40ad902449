"""Reference values of src/math, to 50 digits, as CSV files beside this script.

    pip install mpmath
    python tests/reference/math.py                              # writes elementary.csv, normal.csv, beta.csv, student.csv
    python tests/reference/math.py --points 20000 --out DIR     # a dense set; OUTGROW_REFERENCE=DIR makes the tests read it
    python tests/reference/math.py coefficients                 # prints the polynomials of elementary.rs, ratio.rs and normal.rs

Every argument is an exact double, written so that it reads back to itself. The exact value is `value` + `rest`: the
nearest double and the remainder, so that errors below half a unit in the last place can be measured.
`WORST` has the worst arguments found with dense sets, so that the small committed files reach the stated errors.
"""

import argparse
import csv
import math
import random
import statistics
import struct
from pathlib import Path

from mpmath import mp, mpf

mp.dps = 50
INVERSE_NORMAL = statistics.NormalDist().inv_cdf

# function, region, arguments
WORST = [
    ("exp", "|x| < 1e-3", -0.00020721547651810914),
    ("exp", "|x| < 1", 0.36151391104441366),
    ("exp", "|x| < 40", -25.966465566687333),
    ("exp", "normal result", 599.276303793919),
    ("exp", "subnormal result", -709.3949502051407),
    ("exp_m1", "|x| < 1e-3", 1.0277739689352919e-11),
    ("exp_m1", "|x| < 1", -0.40325602282999506),
    ("exp_m1", "elsewhere", 93.2613953420655),
    ("ln", "1 ± 1e-3", 0.9999999999999998),
    ("ln", "½ to 2", 1.404211369286715),
    ("ln", "normal", 5.802090623890164),
    ("ln", "subnormal", 9.640226039597366e-309),
    ("ln_1p", "|x| < 1e-3", -3.834611081772374e-14),
    ("ln_1p", "|x| < 1", 0.6398296853836221),
    ("ln_1p", "near -1", -0.9780893176252277),
    ("ln_1p", "above 1", 1.6026419527612208),
    ("norm_cdf", "above 0", 0.7893363350667606),
    ("norm_cdf", "-1 to 0", -0.9989407148956229),
    ("norm_cdf", "-8 to -1", -6.861995601977449),
    ("norm_cdf", "-37.5 to -8", -23.463613211135304),
    ("norm_cdf", "subnormal result", -37.6923447305074),
    ("norm_sf", "0 to 37.5", 3.7009852047561855),
    ("norm_sf_scaled", "0 to 30", 26.132834504943055),
    ("norm_sf_scaled", "above 30", 18704.340080825554),
    ("norm_quantile", "0.075 to 0.925", 0.6828883991527431),
    ("norm_quantile", "lower tail", 3.938204279268566e-05),
    ("norm_quantile", "upper tail", 0.9999999998137099),
    ("norm_quantile", "far tail", 3.759185897607092e-195),
    ("norm_quantile", "subnormal", 2.072351042789369e-308),
    ("beta_cdf", "PERT", 5.0, 1.0, 6.86055949488118e-05),
    ("beta_cdf", "below 1e-15", 1.5451149286615338, 3.6420763149100317, 1.0272667804808446e-156),
    ("beta_cdf", "shapes 1 to 10", 9.780573533111895, 1.0049903596996133, 0.854465642942484),
    ("beta_cdf", "shapes 10 to 500", 66.92810624596882, 50.47185304578937, 0.30641440986082785),
    ("beta_cdf", "shapes 0.01 to 1", 0.26468505771253664, 0.012233269061324865, 0.7082419560288558),
    ("beta_cdf", "shapes 500 to 1e5", 86033.71436802902, 1438.4845244560768, 0.9829264712452628),
    ("beta_quantile", "PERT", 1.0, 5.0, 0.7599761502468786),
    ("beta_quantile", "shapes 1 to 10", 1.0785735609986924, 4.227810918459381, 0.6663052340387979),
    ("beta_quantile", "shapes 10 to 500", 14.080831551224763, 316.3931018871412, 0.9080087131333707),
    ("beta_quantile", "shapes 0.1 to 1", 0.11435132177678983, 0.1576855532052505, 0.47031310053705716),
    ("student_sf", "df 0.1 to 2", 1.180738293922019, 4.418894388602542),
    ("student_sf", "df 2 to 30", 19.0529586582937, 27.31381220349845),
    ("student_sf", "df 30 to 1e6", 26304.85985251939, 6.347057799068382),
    ("student_sf", "tail below 1e-15", 18.337821310776377, 2.936927003675762e16),
]


def nearest(exact):
    """The nearest double, with subnormals rounded once: float(mpf) gives that."""
    return float(exact)


def bits(x):
    return struct.unpack("<q", struct.pack("<d", x))[0]


def from_bits(i):
    return struct.unpack("<d", struct.pack("<q", i))[0]


def linear(low, high):
    return lambda rng: rng.uniform(low, high)


def logarithmic(low, high, signed=False):
    """Uniform over the bit patterns: every binade is met alike, subnormal ones too."""
    return lambda rng: from_bits(rng.randint(bits(low), bits(high))) * (rng.choice((-1, 1)) if signed else 1)


def one_minus(low, high):
    return lambda rng: 1.0 - logarithmic(low, high)(rng)


# function: (exact value, {region: (sampler, arguments always in)})
ELEMENTARY = {
    "exp": (mp.exp, {
        "|x| < 1e-3": (logarithmic(1e-20, 1e-3, True), [1e-300, 5e-324, -5e-324, 1e-17]),
        "|x| < 1": (linear(-1, 1), [0.34657359027997264, 0.3465735902799727, -0.34657359027997264, 0.5, -0.5]),
        "|x| < 40": (linear(-40, 40), [-38.0, 38.0, 1.0, -1.0, 10.0]),
        "normal result": (linear(-708.39, 709.78), [709.782712893384, -708.3964185322641, 700.0, -700.0]),
        "subnormal result": (linear(-745.1, -708.4), [-745.1332191019411, -745.13, -708.4, -720.0, -740.0]),
    }),
    "exp_m1": (mp.expm1, {
        "|x| < 1e-3": (logarithmic(1e-300, 1e-3, True), [1e-300, 5e-324, -5e-324, 1e-17]),
        "|x| < 1": (linear(-1, 1), [0.34657359027997264, -0.34657359027997264, 0.5, -0.5]),
        "elsewhere": (linear(-50, 709), [-38.0, 38.0, -1.0, 1.0, 709.78]),
    }),
    "ln": (mp.log, {
        "1 ± 1e-3": (lambda rng: 1 + logarithmic(1e-16, 1e-3, True)(rng), [1.0000000000000002, 0.9999999999999999]),
        "½ to 2": (linear(0.5, 2), [0.7071067811865475, 0.7071067811865476, 0.7071067811865477, 1.414213562373095,
                                    1.4142135623730951, 1.4142135623730954, 2.0, 0.5]),
        "normal": (logarithmic(2.2250738585072014e-308, 1.7976931348623157e308), [
            1e-300, 1e300, 2.2250738585072014e-308, 1.7976931348623157e308, 10.0, 1e-17]),
        "subnormal": (logarithmic(5e-324, 2.225073858507201e-308), [5e-324, 1e-323, 2.225073858507201e-308, 1e-310]),
    }),
    "ln_1p": (mp.log1p, {
        "|x| < 1e-3": (logarithmic(1e-300, 1e-3, True), [1e-300, 5e-324, -5e-324, 1e-16, -1e-16, 2.220446049250313e-16]),
        "|x| < 1": (linear(-1, 1), [-0.9999999999999999, 0.41421356237309503, 0.4142135623730951, -0.2928932188134525,
                                    -0.29289321881345254, -0.5, 0.5, -0.25]),
        "near -1": (lambda rng: -1 + logarithmic(1.2e-16, 0.1)(rng), [-0.9999999999999998, -0.99]),
        "above 1": (logarithmic(1.0, 1.7976931348623157e308), [1.0, 1e300, 1.7976931348623157e308, 9007199254740992.0,
                                                               9007199254740993.0, 4503599627370497.0]),
    }),
}


def quantile(p):
    """Φ⁻¹(p) by Newton from AS 241; works on the lesser tail."""
    if p > 0.5:
        return -quantile_of_tail(1 - mpf(p), -INVERSE_NORMAL(p))
    return quantile_of_tail(mpf(p), INVERSE_NORMAL(p))


def quantile_of_tail(p, start):
    z = mpf(start)
    for _ in range(5):
        z -= mp.log(mp.ncdf(z) / p) * mp.ncdf(z) / mp.npdf(z)
    return z


def scaled_tail(x):
    """e^(x²/2)·(1 − Φ(x)); by its asymptotic series where that has 50 digits."""
    if x < 1000:
        return mp.exp(x * x / 2) * mp.ncdf(-x)
    term = total = 1 / (x * mp.sqrt(2 * mp.pi))
    for k in range(1, 20):
        term *= -(2 * k - 1) / x**2
        total += term
    return total


NORMAL = {
    "norm_cdf": (mp.ncdf, {
        "above 0": (linear(0, 8.5), [1e-300, 0.5, 8.3]),
        "-1 to 0": (linear(-1, 0), [-1e-300, -0.5, -1.0]),
        "-8 to -1": (linear(-8, -1), [-1.1892, -1.2, -7.9, -2.5, -4.0]),
        "-37.5 to -8": (linear(-37.5, -8), [-37.0, -20.0]),
        "subnormal result": (linear(-38.4, -37.55), [-38.0]),
    }),
    "norm_sf": (lambda x: mp.ncdf(-x), {
        "0 to 37.5": (linear(0, 37.5), [8.3, 1e-300, 37.0]),
    }),
    "norm_quantile": (quantile, {
        "0.075 to 0.925": (linear(0.075, 0.925), [0.075, 0.925, 0.07500000000000001, 0.9249999999999999, 0.5000000000000001,
                                                  0.49999999999999994, 0.25]),
        "lower tail": (logarithmic(1.4e-11, 0.075), [0.07499999999999998, 1e-10, 0.01, 0.05, 1.388794386496402e-11]),
        "upper tail": (one_minus(1e-16, 0.075), [0.9999999999999999, 0.9999999999999998, 0.99, 0.9250000000000002]),
        "far tail": (logarithmic(2.3e-308, 1.388e-11), [1e-300, 1e-17, 1e-100, 1.38879438649640e-11, 2.3e-308]),
        "subnormal": (logarithmic(5e-324, 2.225073858507201e-308), [5e-324, 1e-310]),
    }),
    "norm_sf_scaled": (scaled_tail, {
        "0 to 30": (linear(0, 30), [1e-300, 29.999999999999996, 1.0]),
        "above 30": (logarithmic(30.0, 1e300), [30.0, 30.000000000000004, 38.0]),
    }),
}


def beta(a, b, x):
    """The regularised incomplete beta function by a series of positive terms, from the nearer end."""
    a, b, x = mpf(a), mpf(b), mpf(x)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta(b, a, 1 - x) if x < 1 else mpf(1)
    return beta_series(a, b, x)


def beta_series(a, b, x):
    term, total, n = mpf(1), mpf(1), 0
    while term > total * mpf(10) ** -(mp.dps + 5):
        term *= (a + b + n) / (a + 1 + n) * x
        total += term
        n += 1
    return total * mp.exp(a * mp.log(x) + b * mp.log1p(-x)) / (a * mp.beta(a, b))


def beta_inverse(a, b, p):
    """Newton in ln F over ln x, from the x the sampler left in `BETA_X`, else from bisection."""
    x = mpf(BETA_X.get((a, b, p)) or bisection(a, b, p))
    for _ in range(4):
        density = x ** (mpf(a) - 1) * (1 - x) ** (mpf(b) - 1) / mp.beta(a, b)
        f = beta(a, b, x)
        x = x * mp.exp(mp.log(p / f) * f / (density * x))
    return x


def bisection(a, b, p):
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if beta(a, b, middle) < p else (low, middle)
    return (low + high) / 2


BETA_X = {}


def around(low, high, spread=6.0):
    """Shapes of `low` to `high`, and an x within `spread` standard deviations of the mean."""
    def sample(rng):
        a, b = (math.exp(rng.uniform(math.log(low), math.log(high))) for _ in range(2))
        mean = a / (a + b)
        sd = math.sqrt(mean * (1 - mean) / (a + b + 1))
        x = 0.0
        while not 0 < x < 1:
            x = mean + rng.uniform(-spread, spread) * sd
        return a, b, x
    return sample


def pert(rng):
    mode = rng.choice((0.0, 1.0, rng.random()))
    return 1 + 4 * mode, 1 + 4 * (1 - mode), rng.random()


def far(rng):
    """An x so small that the tail below is between 1e-300 and 1e-15."""
    a, b = rng.uniform(1, 10), rng.uniform(1, 10)
    return a, b, math.exp(rng.uniform(math.log(1e-300), math.log(1e-15)) / a) / 10


def for_quantile(sampler):
    def sample(rng):
        while True:
            a, b, x = sampler(rng)
            p = nearest(beta(a, b, x))
            if 0 < p < 1 - 1e-9:
                BETA_X[a, b, p] = x
                return a, b, p
    return sample


BETA = {
    "beta_cdf": (beta, {
        "PERT": (pert, [(5.0, 1.0, 0.999999), (3.0, 3.0, 0.5), (1.0, 1.0, 0.3)]),
        "below 1e-15": (far, [(1.0, 5.0, 1e-300), (5.0, 1.0, 1e-10), (2.0, 9.0, 1e-30)]),
        "shapes 1 to 10": (around(1, 10), [(10.0, 10.0, 0.5)]),
        "shapes 10 to 500": (around(10, 500), [(500.0, 500.0, 0.5), (500.0, 500.0, 0.4), (500.0, 1.0, 0.99), (1.0, 500.0, 1e-5)]),
        "shapes 0.01 to 1": (around(0.01, 1), [(0.5, 0.5, 0.5), (0.01, 0.01, 1e-9)]),
        "shapes 500 to 1e5": (around(500, 1e5, 4.0), []),
    }),
    "beta_quantile": (beta_inverse, {
        "PERT": (for_quantile(pert), []),
        "shapes 1 to 10": (for_quantile(around(1, 10)), []),
        "shapes 10 to 500": (for_quantile(around(10, 500)), []),
        "shapes 0.1 to 1": (for_quantile(around(0.1, 1)), []),
    }),
}


def student(degrees, t):
    """P(T > t), t >= 0, by the incomplete beta function."""
    if t == 0:
        return mpf(1) / 2
    x, y = degrees / (degrees + t * t), t * t / (degrees + t * t)
    # The series from the nearer end; 50 digits leave 30 after the subtraction.
    half = mpf(1) / 2
    return (1 - beta_series(half, degrees / 2, y)) / 2 if y < half else beta_series(degrees / 2, half, x) / 2


def degrees_of(low, high, most):
    return lambda rng: (math.exp(rng.uniform(math.log(low), math.log(high))), rng.uniform(0, most))


def far_student(rng):
    """A t so large that the tail above is between 1e-300 and 1e-15."""
    degrees = rng.uniform(1, 30)
    return degrees, math.sqrt(degrees) * math.exp(rng.uniform(35, 690) / degrees)


STUDENT = {
    "student_sf": (student, {
        "df 0.1 to 2": (degrees_of(0.1, 2, 30), [(1.0, 0.0), (1.0, 1.0), (0.1, 1e9), (2.0, 1e-9)]),
        "df 2 to 30": (degrees_of(2, 30, 30), [(3.0, 1.7320508075688772), (30.0, 30.0)]),
        "df 30 to 1e6": (degrees_of(30, 1e6, 7.5), [(1e6, 1.0), (1e6, 7.5)]),
        "tail below 1e-15": (far_student, [(3.0, 1e60)]),
    }),
}

FILES = {"elementary": (ELEMENTARY, 120), "normal": (NORMAL, 100), "beta": (BETA, 60), "student": (STUDENT, 60)}


def write(path, functions, points):
    rng = random.Random(1988)
    with open(path, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["function", "region", "a", "b", "c", "value", "rest"])
        for name, (exact, regions) in functions.items():
            for region, (sample, fixed) in regions.items():
                worst = [w[2:] for w in WORST if w[:2] == (name, region)]
                for arguments in worst + fixed + [sample(rng) for _ in range(points)]:
                    arguments = arguments if isinstance(arguments, tuple) else (arguments,)
                    y = exact(*map(mpf, arguments)) if name not in ("norm_quantile", "beta_quantile") else exact(*arguments)
                    value = nearest(y)
                    cells = [repr(v) for v in arguments] + [""] * (3 - len(arguments))
                    out.writerow([name, region, *cells, repr(value), repr(float(y - mpf(value)))])


def coefficients():
    def series(name, f, low, high, terms):
        found, error = mp.chebyfit(f, [low, high], terms, error=True)
        print(name, mp.nstr(error, 3), *(repr(float(c)) for c in reversed(found)), sep="\n    ")

    end = mp.log(2) / 2 * mpf("1.0001")
    series("EXP", lambda r: (mp.expm1(r) - r) / r**2 if abs(r) > 1e-12 else mpf(1) / 2 + r / 6, -end, end, 11)
    # erfc after Shepherd & Laframboise, in t = (x - 3.75) / (x + 3.75).
    def scaled_erfc(t):
        if t >= 1:
            return 2 / mp.sqrt(mp.pi)
        x = mpf("3.75") * (1 + t) / (1 - t)
        if x < 100:
            return (1 + 2 * x) * mp.exp(x * x) * mp.erfc(x)
        terms = ((-1) ** k * mp.fac2(2 * k - 1) / (2 * x * x) ** k for k in range(15))
        return (1 + 2 * x) / (x * mp.sqrt(mp.pi)) * sum(terms)

    series("SCALED_ERFC", scaled_erfc, -1, 1, 23)
    end = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2 * mpf("1.0001")
    ln = lambda w: (2 * mp.atanh(mp.sqrt(w)) / mp.sqrt(w) - 2) / w if w > 1e-20 else mpf(2) / 3 + w * 2 / 5
    series("LN", ln, 0, end, 7)
    # Bits are log2 up to 0.0861, so that a ratio is found within 2^±0.5861.
    ratio = mpf(2) ** mpf("0.5861")
    series("LN_RATIO", ln, 0, ((ratio - 1) / (ratio + 1)) ** 2, 7)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=list(FILES), help="files to write, or `coefficients`")
    parser.add_argument("--points", type=int, help="random arguments for each region")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()
    if options.what == ["coefficients"]:
        return coefficients()
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.what:
        functions, points = FILES[name]
        write(options.out / f"{name}.csv", functions, options.points or points)


if __name__ == "__main__":
    main()
