# Reads a JSON list of events and transactions and says what Sentry's own normalizer has to say about each.
import json
import sys

from sentry_relay.exceptions import RelayError
from sentry_relay.processing import StoreNormalizer

normalizer = StoreNormalizer(project_id=1)
problems = []


def remarks(value, path):
    """What the normalizer has noted of parts that it changed or refused."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "":
                yield f"{path}: {json.dumps(item)}"
            else:
                yield from remarks(item, f"{path}.{key}")


for event in json.load(sys.stdin):
    try:
        normalized = normalizer.normalize_event(event)
    except RelayError as error:
        problems.append(f"refused: {error!r} {event}")
        continue
    problems += [json.dumps(error) for error in normalized.get("errors") or []]
    # Sentry knows no platform `rust` in what it stores, and says so; nothing is lost by that.
    problems += [note for note in remarks(normalized.get("_meta") or {}, "") if not note.startswith(".platform:")]
if problems:
    sys.exit("\n".join(problems))
