// A gRPC server of Node.js's own library, with one method of each shape; bytes in, bytes out. What a call should do, its request headers say:
//   x-status, x-text-bin   end with this status and text        x-give          send this many messages first (default: one for each request message)
//   x-size                 the size of those messages           x-echo-bin      comes back as response header and trailer
//   x-stop-after           end after this many request messages x-stall         never answer
// `events` answers with what became of earlier calls. The process prints its port and ends with its standard input.
import grpc from '@grpc/grpc-js';

const same = { requestSerialize: b => b, requestDeserialize: b => b, responseSerialize: b => b, responseDeserialize: b => b };
const method = (name, requestStream, responseStream) => ({ path: `/peer.Peer/${name}`, requestStream, responseStream, ...same });
const events = [];

function answer(call, end) {
  const head = new grpc.Metadata();
  const tail = new grpc.Metadata();
  for (const value of call.metadata.get('x-echo-bin')) {
    head.add('x-head-bin', value);
    tail.add('x-tail-bin', value);
  }
  tail.set('x-seen', Object.keys(call.metadata.getMap()).sort().join(' '));
  const number = name => Number(call.metadata.get(name)[0] ?? NaN);
  call.on('cancelled', () => events.push(`${call.getPath()} cancelled`));
  return {
    give: number('x-give'),
    message: original => Number.isNaN(number('x-size')) ? original : Buffer.alloc(number('x-size'), 7),
    stopAfter: number('x-stop-after'),
    stall: call.metadata.get('x-stall').length > 0,
    open: () => head.get('x-head-bin').length > 0 && call.sendMetadata(head),
    close: value => {
      const status = number('x-status');
      if (status > 0)
        end({ code: status, details: call.metadata.get('x-text-bin')[0]?.toString('utf8') ?? '', metadata: tail }, null, tail);
      else
        end(null, value, tail);
    },
  };
}

function unary(call, callback) {
  const a = answer(call, callback);
  if (a.stall)
    return;
  a.open();
  a.close(a.message(call.request));
}

function clientStream(call, callback) {
  const a = answer(call, callback);
  const parts = [];
  let closed = false;
  call.on('data', part => {
    parts.push(part);
    if (parts.length === a.stopAfter) {
      closed = true;
      a.close(Buffer.concat(parts));
    }
  });
  call.on('end', () => {
    events.push(`${call.getPath()} end after ${parts.length}`);
    if (!closed && !a.stall)
      a.close(a.message(Buffer.concat(parts)));
  });
}

function serverStream(call) {
  const a = answer(call, (error, _, tail) => error ? call.emit('error', error) : call.end(tail));
  a.open();
  for (let i = 0; i < (a.give || 0); i++)
    call.write(a.message(Buffer.from([i])));
  if (!a.stall)
    a.close();
}

function duplex(call) {
  const a = answer(call, (error, _, tail) => error ? call.emit('error', error) : call.end(tail));
  a.open();
  call.on('data', part => call.write(a.message(part)));
  call.on('end', () => a.stall || a.close());
}

const server = new grpc.Server({ 'grpc.max_receive_message_length': 4 * 1024 * 1024 });
server.addService(
  {
    unary: method('unary', false, false),
    clientStream: method('clientStream', true, false),
    serverStream: method('serverStream', false, true),
    duplex: method('duplex', true, true),
    events: method('events', false, false),
  },
  { unary, clientStream, serverStream, duplex, events: (_, callback) => callback(null, Buffer.from(events.join('\n'))) });
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error)
    throw error;
  console.log(JSON.stringify({ port }));
});
process.stdin.on('end', () => process.exit(0)).resume();
