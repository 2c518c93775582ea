# Prints every series below a directory of whisper files as JSON: its path and the values that it has, the oldest first.
import json
import os
import sys
import time

import whisper

root = sys.argv[1]
series = {}
for folder, _, files in os.walk(root):
    for file in files:
        if file.endswith(".wsp"):
            path = os.path.join(folder, file)
            name = os.path.relpath(path, root)[: -len(".wsp")].replace(os.sep, ".")
            _, values = whisper.fetch(path, time.time() - 3000)
            series[name] = [value for value in values if value is not None]
json.dump(series, sys.stdout)
