"""The probabilities of a scenario as a pandas table: python table.py FILE"""

import subprocess
import sys
from io import StringIO

import pandas

printed = subprocess.run(["outgrow", "run", sys.argv[1], "--no-audit", "--csv"], check=True, text=True, stdout=subprocess.PIPE)
table = pandas.read_csv(StringIO(printed.stdout))
by = table[table.statistic == "by"]
print(by.pivot_table(index="period", columns="question", values="value").round(3))
