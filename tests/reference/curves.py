"""Cumulative log growth of the model in 50 digits, and curves as the TOML of the scenario format."""

import mpmath as mp

mp.mp.dps = 50


def number(value):
    """A decimal as written: the number that the file names is the nearest double."""
    return mp.mpf(float(value))


def rate(growth):
    return mp.log(1 + number(growth))


def constant(g):
    return f"{{ constant = {g} }}", lambda tau: rate(g) * tau


def fading(first, last, half_life, tau):
    h = number(half_life)
    return last * tau + (first - last) * h / mp.log(2) * (1 - mp.power(2, -tau / h))


def fade(start, to, half_life):
    text = f"{{ fade = {{ from = {start}, to = {to}, half_life = {half_life} }} }}"
    return text, lambda tau: fading(rate(start), rate(to), half_life, mp.mpf(tau))


def schedule(rates, tail=None):
    """`tail`: None, "hold", ("ratio", r), ("ratio", "auto") or ("fade", to, half_life)."""
    gammas = [rate(g) for g in rates]
    written = {None: ""}.get(tail) if tail is None else ', tail = ' + tail_text(tail)
    text = f"{{ schedule = {{ rates = [{', '.join(str(g) for g in rates)}]{written} }} }}"
    return text, lambda tau: scheduled(gammas, tail, mp.mpf(tau))


def tail_text(tail):
    if tail == "hold":
        return '"hold"'
    if tail[0] == "ratio":
        return '{ ratio = "auto" }' if tail[1] == "auto" else f"{{ ratio = {tail[1]} }}"
    return f"{{ fade = {{ to = {tail[1]}, half_life = {tail[2]} }} }}"


def scheduled(gammas, tail, tau):
    total, left = mp.mpf(0), tau
    for gamma in gammas:
        part = min(left, mp.mpf(1))
        total += gamma * part
        left -= part
        if left == 0:
            return total
    last = gammas[-1]
    if tail == "hold":
        return total + last * left
    if tail[0] == "fade":
        return total + fading(last, rate(tail[1]), tail[2], left)
    ratio = last / gammas[-2] if tail[1] == "auto" else number(tail[1])
    while left > 0:
        last *= ratio
        part = min(left, mp.mpf(1))
        total += last * part
        left -= part
    return total


def hyperbolic(start, half_life):
    h = number(half_life)
    text = f"{{ hyperbolic = {{ from = {start}, half_life = {half_life} }} }}"
    return text, lambda tau: rate(start) * h * mp.log(1 + mp.mpf(tau) / h)


def damped(start, phi, periods_a_year=12):
    """The sum of the periods' growth, term by term, on a grid of months unless stated."""
    text = f"{{ damped = {{ from = {start}, phi = {phi} }} }}"

    def gamma(tau):
        count = mp.nint(mp.mpf(tau) * periods_a_year)
        assert abs(count - mp.mpf(tau) * periods_a_year) < mp.mpf("1e-40")
        step = mp.mpf(1) / periods_a_year
        return mp.fsum(rate(start) * step * mp.power(number(phi), j * step) for j in range(1, int(count) + 1))

    return text, gamma


def relative(level):
    """ln L(tau) - ln L(0), straight from the level."""
    return lambda tau: mp.log(level(mp.mpf(tau)) / level(mp.mpf(0)))


def logistic(saturation, k):
    s, k_ = number(saturation), number(k)
    text = f"{{ logistic = {{ saturation = {saturation}, rate = {k} }} }}"
    return text, relative(lambda tau: s / (1 + (s - 1) * mp.exp(-k_ * tau)))


def gompertz(saturation, k):
    s, k_ = number(saturation), number(k)
    text = f"{{ gompertz = {{ saturation = {saturation}, rate = {k} }} }}"
    return text, relative(lambda tau: s * mp.exp(-mp.log(s) * mp.exp(-k_ * tau)))


def richards(saturation, k, shape):
    s, k_, nu = number(saturation), number(k), number(shape)
    text = f"{{ richards = {{ saturation = {saturation}, rate = {k}, shape = {shape} }} }}"
    return text, relative(lambda tau: s / mp.power(1 + (mp.power(s, nu) - 1) * mp.exp(-k_ * tau), 1 / nu))


def bass(p, q, adopted):
    p_, q_, f = number(p), number(q), number(adopted)
    text = f"{{ bass = {{ p = {p}, q = {q}, adopted = {adopted} }} }}"

    def fraction(tau):
        z = mp.exp(-(p_ + q_) * tau) * (1 - f) / (p_ + q_ * f)
        return (1 - p_ * z) / (1 + q_ * z)

    return text, relative(fraction)


def weibull(saturation, k, shape):
    s, k_, c = number(saturation), number(k), number(shape)
    text = f"{{ weibull = {{ saturation = {saturation}, rate = {k}, shape = {shape} }} }}"
    age = mp.power(-mp.log(1 - 1 / s), 1 / c) / k_
    return text, relative(lambda tau: -mp.expm1(-mp.power(k_ * (age + tau), c)))


def share(market, start, to, half_life):
    """`market` is a curve of this module."""
    text = f"{{ share = {{ market = {market[0]}, from = {start}, to = {to}, half_life = {half_life} }} }}"
    logit = lambda s: mp.log(number(s) / (1 - number(s)))
    moved = lambda tau: logit(to) + (logit(start) - logit(to)) * mp.power(2, -tau / number(half_life))
    own = relative(lambda tau: 1 / (1 + mp.exp(-moved(tau))))
    return text, lambda tau: market[1](mp.mpf(tau)) + own(tau)
