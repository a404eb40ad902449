"""Moves the sliders of a report in headless Chromium: live_in_browser.py CHROMIUM FOLDER OUTGROW SCENARIO REPORT.html

Sets every slider of the report to several positions and compares the probability on the page with the exact answer with the same values
fixed. Fails on a difference beyond the error that the page states, plus that of the exact answer. Also fails if the page is incomplete
without its script.
"""

import html
import json
import pathlib
import re
import subprocess
import sys

POSITIONS = [(0.5, 0.5, 0.5, 0.5), (0.1, 0.7, 0.4, 0.9), (0.95, 0.05, 0.8, 0.3), (0.3, 0.9, 0.1, 0.6)]

PROBE = """<!DOCTYPE html><html><head><title>probe</title></head><body>
<iframe id="frame" src="{name}" style="width:1200px;height:900px"></iframe>
<script>
document.getElementById("frame").onload = function () {{
  const page = this.contentDocument, seen = [];
  for (const places of {positions}) {{
    page.querySelectorAll("#live input").forEach((slider, axis) => {{
      slider.value = Math.round(places[axis] * slider.max);
      slider.dispatchEvent(new Event("input"));
    }});
    seen.push({{ shares: [...page.querySelectorAll("#live input")].map(slider => slider.value / slider.max),
      shown: page.getElementById("live-answer").textContent,
      probability: Number(page.getElementById("live-answer").dataset.probability) }});
  }}
  document.body.dataset.seen = JSON.stringify(seen);
}};
</script></body></html>
"""


def main():
    chromium, folder, outgrow, scenario, report = sys.argv[1:]
    folder, text = pathlib.Path(folder).resolve(), pathlib.Path(report).read_text()
    data = json.loads(re.search(r'id="live-data">(.*?)</script>', text).group(1))
    error = float(re.search(r"largest error is ([0-9.e+-]+[0-9])", text).group(1))
    question, date = re.search(r"<h2>What if: (.*?) by ([0-9Q-]+)</h2>", text).groups()
    addresses = [re.sub(r"<[^>]*>", "", own) for own in re.findall(r'<label title="([^"]*)"', text)]
    assert re.search(r'id="live-answer">0\.\d+<', text), "without a script the page shows an answer"
    name = pathlib.Path(report).name
    (folder / name).write_text(text)
    probe = folder / "live_probe.html"
    probe.write_text(PROBE.format(name=name, positions=json.dumps(POSITIONS)))
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
               f"--user-data-dir={folder}/profile", "--virtual-time-budget=4000", "--dump-dom", probe.as_uri()]  # fmt: skip
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    for seen in json.loads(html.unescape(re.search(r'data-seen="([^"]*)"', done.stdout).group(1))):
        sets = []
        for number, address, share in zip(data["numbers"], addresses, seen["shares"]):
            sets += ["--set", f"{html.unescape(address)}={number['low'] + share * (number['high'] - number['low'])!r}"]
        run = [outgrow, "exact", scenario, "--json", "--no-audit", "--no-fans", "--no-ranks", "--no-shares", *sets]
        answer = json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
        [asked] = [own for own in answer["questions"] if own["name"] == html.unescape(question)]
        [by] = [own for own in asked["by"] if own["period"] == date]
        off = abs(by["value"] - seen["probability"])
        print(seen, by["value"], f"{off:.1e}")
        assert off <= error + by["standard_error"], (seen, by)
        assert abs(float(seen["shown"]) - seen["probability"]) < 0.006, seen


main()
