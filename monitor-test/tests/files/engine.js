// Perfetto's own trace processor, as its user interface carries it (WebAssembly), between standard input and output:
// messages of TraceProcessorRpcStream both ways, each with its length, four bytes, least first.
const fs = require('fs');
const path = require('path');
const folder = process.argv[2];
const out = (bytes) => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  fs.writeSync(1, Buffer.concat([length, bytes]));
};
// What a worker of a browser has.
const read = (url) => fs.readFileSync(path.join(folder, path.basename(String(url))));
console.log = console.warn = console.error = () => {};
globalThis.self = globalThis;
globalThis.location = { href: 'file://' + folder + '/' };
globalThis.WorkerGlobalScope = function () {};
globalThis.importScripts = () => {};
globalThis.fetch = async (url) => new Response(read(url), { headers: { 'content-type': 'application/wasm' } });
globalThis.XMLHttpRequest = class {
  open(_, url) { this.url = url; }
  send() { this.status = 200; this.response = new Uint8Array(read(this.url)).buffer; }
};
const node = process;
delete globalThis.process;
(0, eval)(fs.readFileSync(path.join(folder, 'engine_bundle.js'), 'utf8'));
globalThis.process = node;
const port = { postMessage: (bytes) => out(Buffer.from(bytes)), onmessage: null };
self.onmessage({ data: port });
let input = Buffer.alloc(0);
const work = () => {
  while (input.length >= 4 && input.length >= 4 + input.readUInt32LE(0)) {
    const end = 4 + input.readUInt32LE(0);
    const message = new Uint8Array(input.subarray(4, end));
    input = input.subarray(end);
    port.onmessage({ data: message });
  }
};
// The engine needs a moment before it takes anything; it says nothing when it is ready.
setTimeout(() => {
  node.stdin.on('data', (bytes) => { input = Buffer.concat([input, bytes]); work(); });
  node.stdin.on('end', () => node.exit(0));
}, 1500);
