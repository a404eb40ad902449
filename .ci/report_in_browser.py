"""Opens reports in headless Chromium at 1280 and 390 px: report_in_browser.py CHROMIUM FOLDER REPORT.html...

Fails on horizontal scrolling, on console output, and on a chart that is not visible. Writes a screenshot of each to FOLDER.
A frame of the wanted width is used, since Chromium's own window cannot be narrower than about 500 px.
"""

import html
import json
import pathlib
import re
import shutil
import subprocess
import sys

WIDTHS = {1280: 2400, 390: 2400}

PROBE = """<!DOCTYPE html><html><head><title>probe</title></head><body style="margin:0">
<iframe id="frame" src="{name}" style="border:0;display:block;width:{width}px;height:{height}px"></iframe>
<script>
document.getElementById("frame").onload = function () {{
  const page = this.contentDocument, root = page.documentElement;
  const isSeen = svg => svg.getBoundingClientRect().width > 0, small = [...page.querySelectorAll(".overview svg")];
  const all = [...page.querySelectorAll("svg")].filter(svg => !small.includes(svg)), charts = all.filter(isSeen);
  const wide = [...page.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > root.clientWidth + 1
    && !e.closest(".scroll") && !e.closest("svg"));
  const cut = [...page.querySelectorAll(".scroll")].filter(e => e.scrollWidth > e.clientWidth && e.querySelector(".places, .overview"));
  document.body.dataset.seen = JSON.stringify({{ scroll: root.scrollWidth, window: this.contentWindow.innerWidth,
    cut: cut.length, charts: charts.length, all: all.length, hidden: small.filter(svg => !isSeen(svg)).length, small: small.length, wide: wide.map(e => e.tagName + " " + e.textContent.slice(0, 60)),
    shortest: Math.min(...charts.map(svg => svg.getBoundingClientRect().width)) }});
}};
</script></body></html>
"""


def look(chromium, folder, report, width, height):
    name = f"{report.stem}_{width}"
    shutil.copy(report, folder / f"{report.stem}.html")
    probe = folder / f"{name}_probe.html"
    probe.write_text(PROBE.format(name=f"{report.stem}.html", width=width, height=height), encoding="utf-8")
    command = [
        chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files",
        "--enable-logging=stderr", f"--user-data-dir={folder}/profile", f"--window-size={max(width, 600)},{height}",
        "--virtual-time-budget=4000", probe.as_uri(),
    ]  # fmt: skip
    subprocess.run([*command, f"--screenshot={folder}/{name}.png"], check=True, capture_output=True, timeout=120)
    done = subprocess.run([*command, "--dump-dom"], check=True, capture_output=True, text=True, timeout=120)
    seen = json.loads(html.unescape(re.search(r'data-seen="([^"]*)"', done.stdout).group(1)))
    said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    print(name, seen, *said)
    assert not said, said
    assert seen["window"] == width, seen
    assert seen["scroll"] <= width and not seen["wide"] and not seen["cut"], seen
    assert not seen["hidden"], "every small chart of the first page shows at any width"
    assert 2 * seen["charts"] == seen["all"] > 0, "every chart stands twice and shows once"


def main():
    chromium, folder, *reports = sys.argv[1:]
    folder = pathlib.Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    for report in reports:
        for width, height in WIDTHS.items():
            look(chromium, folder, pathlib.Path(report), width, height)


main()
