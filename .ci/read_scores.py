#!/usr/bin/env python3
"""Checks the scores of back-tests against what the guide claims: .ci/read_scores.py FILE LEAST_SKILL [FILE LEAST_SKILL …]

Of the outside view with the panel's own class: the skill is at least LEAST_SKILL, the deciles are within .05, the top fifth within
.07, and the 80 % band covers 75 to 90 %.
"""
import json
import sys

for file, least in zip(sys.argv[1::2], map(float, sys.argv[2::2])):
    card = json.load(open(file))
    view = next(one for one in card["forecasters"] if one["name"] == "outside_view")
    gap = max(abs(said - was) for said, was in view["deciles"])
    top = abs(view["top_fifth"][0] - view["top_fifth"][1])
    print(
        f"{card['panel']}: {card['cases']} cases, skill {view['skill']:+.3f} {view['interval']}, decile gap {gap:.3f}, "
        f"top fifth {top:.3f}, coverage {view['coverage_80']:.3f}"
    )
    assert view["skill"] >= least, f"the skill is below {least}"
    assert gap <= 0.05 and top <= 0.07 and 0.75 <= view["coverage_80"] <= 0.90, "not calibrated"
