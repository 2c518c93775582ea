# Reads what rotel has printed of the telemetry that it received, and prints it in short, as read_otlp.py does.
import json
import re
import sys

# With what a line begins that is no further line of a value before it.
HEAD = re.compile(
    r"(Resource|Scope|Instrumentation|Span|Start|End|Attributes:|Events:|Links:|Metric|Descriptor:|\w*DataPoints #|Data point|"
    r"Timestamp: |Value: |Count: |Sum: |Min: |Max: |Explicit|Bucket|Exemplar|LogRecord|Observed|Severity|EventName: |Body: |"
    r"Flags: |    (Trace ID|Parent ID|ID|Name|Kind|TraceState|Status code|Status message|Span ID) +: | +-> |\x1b\[2m)"
)
found = {"spans": [], "points": [], "logs": []}
metric = item = attributes = None
values = []

# A value may have line breaks in it.
lines = []
for line in open(sys.argv[1], encoding="utf-8", newline="").read().split("\n"):
    if HEAD.match(line) or not lines:
        lines.append(line)
    else:
        lines[-1] += "\n" + line

for line in lines:
    name, _, value = line.strip(" ").partition(": ")
    name = name.strip()
    if re.match(r"Span #", line):
        item = {"parent": "", "status": 0, "attributes": {}}
        found["spans"].append(item)
    elif re.match(r"Metric #", line):
        metric = item = {}
    elif re.match(r"\w+DataPoints #", line):
        item = {"name": metric["-> Name"], "attributes": {}, "exemplars": []}
        found["points"].append(item)
    elif re.match(r"LogRecord #", line):
        item = {"name": "", "attributes": {}}
        found["logs"].append(item)
    elif re.match(r"Exemplar #", line):
        item["exemplars"].append([None, None, None])
    if line in ("Attributes:", "Data point attributes:"):
        attributes = item["attributes"]
    elif not line.startswith("     -> "):
        attributes = None
    if item is None:
        continue
    if line.startswith("     -> "):
        if attributes is not None:
            # In the manner of `Str(text)`.
            assert name[3:] not in attributes, line
            attributes[name[3:]] = re.fullmatch(r"\w+\((.*)\)", value, re.DOTALL)[1]
        elif item is metric:
            metric.setdefault(name, value)
        elif item.get("exemplars") and name in ("-> Trace ID", "-> Span ID", "-> Value"):
            place = ("-> Trace ID", "-> Span ID", "-> Value").index(name)
            item["exemplars"][-1][place] = float(value) if place == 2 else value
    elif name == "Trace ID":
        item["trace"] = value
    elif name in ("ID", "Span ID"):
        item["span"] = value
    elif name == "Parent ID":
        item["parent"] = value
    elif name in ("Name", "EventName"):
        item["name"] = value
    elif name == "Start time":
        item["start"] = int(value)
    elif name == "End time":
        item["seconds"] = (int(value) - item["start"]) / 1e9
    elif name == "Status code":
        item["status"] = {"STATUS_CODE_UNSET": 0, "STATUS_CODE_OK": 1, "STATUS_CODE_ERROR": 2}[value]
    elif name == "SeverityNumber":
        item["severity"] = int(re.search(r"\((\d+)\)", value)[1])
    elif name == "Value":
        item["value"] = float(value)
    elif name == "Sum" and "exemplars" in item:
        item["sum"] = float(value)
    elif name == "Count" and "exemplars" in item:
        item["count"] = int(value)

# Each point has everything since the beginning: the newest of a series counts.
found["points"] = list({json.dumps([it["name"], it["attributes"]]): it for it in found["points"]}.values())
json.dump(found, sys.stdout)
