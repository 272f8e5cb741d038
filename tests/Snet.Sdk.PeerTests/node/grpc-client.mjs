// A gRPC client of Node.js's own library. Each line of standard input is a call, each line of standard output what became of it:
//   { address, method, shape: unary|clientStream|serverStream|duplex, messages: [base64], metadata: { name: [text or base64] }, deadlineMs?,
//     cancelAfterMs?, open? (the client's side is left open) }
//   { code, details, messages: [base64], head, tail }
import readline from 'node:readline';
import grpc from '@grpc/grpc-js';

const same = b => b;
const clients = new Map();

function clientFor(address) {
  if (!clients.has(address))
    clients.set(address, new grpc.Client(address, grpc.credentials.createInsecure()));
  return clients.get(address);
}

function toMetadata(values) {
  const metadata = new grpc.Metadata();
  for (const [name, list] of Object.entries(values ?? {})) {
    for (const value of list)
      metadata.add(name, name.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
  }
  return metadata;
}

function fromMetadata(metadata) {
  return Object.fromEntries(Object.keys(metadata?.getMap() ?? {}).map(
    name => [name, metadata.get(name).map(value => Buffer.isBuffer(value) ? value.toString('base64') : value)]));
}

function run(command) {
  return new Promise(resolve => {
    const client = clientFor(command.address);
    const requests = (command.messages ?? []).map(message => Buffer.from(message, 'base64'));
    const options = command.deadlineMs ? { deadline: Date.now() + command.deadlineMs } : {};
    const result = { messages: [], head: {} };
    const take = message => message && result.messages.push(message.toString('base64'));
    const common = [command.method, same, same];
    const metadata = toMetadata(command.metadata);
    const call = {
      unary: () => client.makeUnaryRequest(...common, requests[0], metadata, options, (_, message) => take(message)),
      clientStream: () => client.makeClientStreamRequest(...common, metadata, options, (_, message) => take(message)),
      serverStream: () => client.makeServerStreamRequest(...common, requests[0], metadata, options),
      duplex: () => client.makeBidiStreamRequest(...common, metadata, options),
    }[command.shape]();
    call.on('metadata', head => { result.head = fromMetadata(head); });
    call.on('data', take);
    call.on('error', () => {});
    call.on('status', status => setImmediate(
      () => resolve({ code: status.code, details: status.details, tail: fromMetadata(status.metadata), ...result })));
    if (command.shape === 'clientStream' || command.shape === 'duplex') {
      requests.forEach(request => call.write(request));
      if (!command.open)
        call.end();
    }
    if (command.cancelAfterMs)
      setTimeout(() => call.cancel(), command.cancelAfterMs);
  });
}

for await (const line of readline.createInterface({ input: process.stdin }))
  console.log(JSON.stringify(await run(JSON.parse(line))));
process.exit(0);
