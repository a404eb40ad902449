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
