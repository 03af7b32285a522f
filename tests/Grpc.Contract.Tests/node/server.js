// The contract's service on a free port, for a .NET client: node server.js [gzip]. Prints "listening PORT" when it is up,
// "cancelled METHOD" when a client cancels a call, and ends when its standard input does.
const { grpc, Contract } = require('./contract');

const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
const options = process.argv[2] === 'gzip' ? { 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip } : {};
const asked = (call, key) => call.metadata.get(key)[0];

const failure = (call) => {
  const metadata = new grpc.Metadata();
  metadata.set('grpc-status-details-bin', bytes);
  return { code: Number(asked(call, 'fail')), details: '이미 실행 중: 100 %', metadata };
};

const watch = (call, method) => call.on('cancelled', () => console.log(`cancelled ${method}`));

const service = {
  Unary(call, callback) {
    watch(call, 'Unary');
    if (asked(call, 'hang')) return;
    if (asked(call, 'fail')) {
      callback(failure(call));
      return;
    }

    const headers = new grpc.Metadata();
    const trailers = new grpc.Metadata();
    if (asked(call, 'ask-text')) {
      headers.set('head-text', asked(call, 'ask-text'));
      headers.set('head-bin', asked(call, 'ask-bin'));
      trailers.add('tail-text', 'one');
      trailers.add('tail-text', 'two');
      trailers.set('tail-bin', bytes);
    }
    call.sendMetadata(headers);
    callback(null, call.request, trailers);
  },

  ServerStream(call) {
    watch(call, 'ServerStream');
    for (let number = 0; number < call.request.number; number++) call.write({ text: call.request.text, number });
    if (asked(call, 'hang')) return;
    if (asked(call, 'fail')) call.emit('error', failure(call));
    else call.end();
  },

  ClientStream(call, callback) {
    let sum = 0;
    call.on('data', (message) => { sum += message.number; });
    call.on('end', () => callback(null, { number: sum }));
  },

  Duplex(call) {
    call.on('data', (message) => call.write(message));
    call.on('end', () => call.end());
  },
};

const server = new grpc.Server(options);
server.addService(Contract.service, service);
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(`listening ${port}`);
});
process.stdin.on('end', () => process.exit(0)).resume();
