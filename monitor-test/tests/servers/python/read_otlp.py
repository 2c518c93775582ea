# Reads lines of OpenTelemetry's file format with its own message types, which take no unknown field, and prints them in
# short, as read_rotel.py does.
import base64
import json
import sys

from google.protobuf import json_format
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

KINDS = {"resourceSpans": TracesData, "resourceMetrics": MetricsData, "resourceLogs": LogsData}
IDENTIFIERS = {"traceId", "spanId", "parentSpanId"}


def with_base64(value):
    """Identifiers are in hexadecimal digits where protobuf's own JSON has base64."""
    if isinstance(value, list):
        return [with_base64(item) for item in value]
    if not isinstance(value, dict):
        return value
    identifier = lambda digits: base64.b64encode(bytes.fromhex(digits)).decode()
    return {key: identifier(item) if key in IDENTIFIERS else with_base64(item) for key, item in value.items()}


def plain(attributes):
    """Attributes as a dictionary, which none may be in twice."""
    found = {item.key: getattr(item.value, item.value.WhichOneof("value")) for item in attributes}
    assert len(found) == len(attributes), attributes
    return {key: value if isinstance(value, (str, int, float, bool)) else str(value) for key, value in found.items()}


def read_span(span):
    return {
        "trace": span.trace_id.hex(),
        "span": span.span_id.hex(),
        "parent": span.parent_span_id.hex(),
        "name": span.name,
        "seconds": (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
        "status": span.status.code,
        "attributes": plain(span.attributes),
    }


def read_points(metric):
    kind = metric.WhichOneof("data")
    for point in getattr(metric, kind).data_points:
        row = {"name": metric.name, "attributes": plain(point.attributes)}
        if kind in ("histogram", "exponential_histogram"):
            exemplars = [[it.trace_id.hex(), it.span_id.hex(), it.as_double] for it in point.exemplars]
            yield row | {"count": point.count, "sum": point.sum, "exemplars": exemplars}
        else:
            yield row | {"value": getattr(point, point.WhichOneof("value"))}


def read_record(record):
    return {
        "name": record.event_name,
        "trace": record.trace_id.hex(),
        "span": record.span_id.hex(),
        "attributes": plain(record.attributes),
    }


found = {"spans": [], "points": {}, "logs": []}
with open(sys.argv[1], "rb") as file:
    for line in file:
        value = json.loads(line)
        (kind,) = value
        data = json_format.ParseDict(with_base64(value), KINDS[kind]())
        scopes = [
            scope
            for field, resources in data.ListFields()
            for resource in resources
            for inner, items in resource.ListFields()
            if inner.name.startswith("scope_")
            for scope in items
        ]
        for scope in scopes:
            found["spans"] += [read_span(span) for span in getattr(scope, "spans", [])]
            found["logs"] += [read_record(record) for record in getattr(scope, "log_records", [])]
            for metric in getattr(scope, "metrics", []):
                # Each point has everything since the beginning: the newest of a series counts.
                found["points"] |= {json.dumps([it["name"], it["attributes"]]): it for it in read_points(metric)}
found["points"] = list(found["points"].values())
json.dump(found, sys.stdout)
