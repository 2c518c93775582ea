# Checks lines of CloudWatch's embedded metric format against the schema that AWS has published.
import json
import sys

from jsonschema import Draft7Validator

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
# What AWS has allowed since: no dimension at all, and thirty.
metrics = schema["properties"]["_aws"]["properties"]["CloudWatchMetrics"]["items"]["properties"]
metrics["Dimensions"]["items"] |= {"minItems": 0, "maxItems": 30}
Draft7Validator.check_schema(schema)
validator = Draft7Validator(schema)
problems = []
for line in sys.stdin.buffer.read().split(b"\n"):
    if line:
        problems += [f"{error.json_path}: {error.message}" for error in validator.iter_errors(json.loads(line))]
if problems:
    sys.exit("\n".join(problems))
