// Runs one scenario against a .NET server: node client.js ADDRESS SCENARIO. Exit code 0 means that it held.
const assert = require('assert');
const { grpc, Contract } = require('./contract');

const [address, scenario] = process.argv.slice(2);
const client = new Contract(address, grpc.credentials.createInsecure());
const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

const unary = (message, metadata = new grpc.Metadata(), options = {}, of = client) => new Promise((resolve) => {
  const seen = {};
  const call = of.Unary(message, metadata, options, (error, response) => {
    seen.error = error;
    seen.response = response;
  });
  call.on('metadata', (headers) => { seen.headers = headers; });
  call.on('status', (status) => { seen.status = status; setImmediate(() => resolve(seen)); });
});

const readAll = (call) => new Promise((resolve) => {
  const seen = { messages: [] };
  call.on('data', (message) => seen.messages.push(message));
  call.on('error', (error) => { seen.error = error; });
  call.on('status', (status) => { seen.status = status; resolve(seen); });
});

const withHeader = (key, value) => {
  const metadata = new grpc.Metadata();
  metadata.set(key, value);
  return metadata;
};

const scenarios = {
  async unary() {
    const { response, status } = await unary({ text: '안녕', number: -7, payload: bytes });
    assert.deepStrictEqual([response.text, response.number], ['안녕', -7]);
    assert.ok(bytes.equals(response.payload));
    assert.strictEqual(status.code, grpc.status.OK);
  },

  async server_streaming() {
    const { messages, status } = await readAll(client.ServerStream({ text: 'x', number: 100 }));
    assert.deepStrictEqual(messages.map((message) => message.number), Array.from({ length: 100 }, (_, i) => i));
    assert.strictEqual(status.code, grpc.status.OK);
  },

  async empty_stream() {
    const { messages, status } = await readAll(client.ServerStream({ number: 0 }));
    assert.strictEqual(messages.length, 0);
    assert.strictEqual(status.code, grpc.status.OK);
  },

  async client_streaming() {
    const response = await new Promise((resolve, reject) => {
      const call = client.ClientStream((error, message) => (error ? reject(error) : resolve(message)));
      for (let number = 1; number <= 100; number++) call.write({ number });
      call.end();
    });
    assert.strictEqual(response.number, 5050);
  },

  async duplex() {
    const call = client.Duplex();
    const done = readAll(call);
    for (let number = 0; number < 50; number++) call.write({ number });
    call.end();
    const { messages, status } = await done;
    assert.deepStrictEqual(messages.map((message) => message.number), Array.from({ length: 50 }, (_, i) => i));
    assert.strictEqual(status.code, grpc.status.OK);
  },

  async metadata_and_trailers() {
    const metadata = withHeader('ask-text', 'some text, with a comma');
    metadata.set('ask-bin', bytes);
    const { headers, status } = await unary({}, metadata);
    assert.deepStrictEqual(headers.get('head-text'), ['some text, with a comma']);
    assert.ok(bytes.equals(headers.get('head-bin')[0]));
    // Node joins repeated headers before grpc-js sees them.
    assert.strictEqual(status.metadata.get('tail-text').join(', '), 'one, two');
    assert.ok(bytes.equals(status.metadata.get('tail-bin')[0]));
  },

  async status_with_details() {
    const { error } = await unary({}, withHeader('fail', '9'));
    assert.strictEqual(error.code, grpc.status.FAILED_PRECONDITION);
    assert.strictEqual(error.details, '이미 실행 중: 100 %');
    assert.ok(bytes.equals(error.metadata.get('grpc-status-details-bin')[0]));
  },

  async status_after_messages() {
    const { messages, error } = await readAll(client.ServerStream({ number: 3 }, withHeader('fail', '15')));
    assert.strictEqual(messages.length, 3);
    assert.strictEqual(error.code, grpc.status.DATA_LOSS);
  },

  async unexpected_exception() {
    const { error } = await unary({}, withHeader('throw', '1'));
    assert.strictEqual(error.code, grpc.status.UNKNOWN);
    assert.strictEqual(error.details, 'Exception was thrown by handler.');
  },

  async unimplemented() {
    const error = await new Promise((resolve) => { client.Missing({}, resolve); });
    assert.strictEqual(error.code, grpc.status.UNIMPLEMENTED);
  },

  async deadline() {
    const { error } = await unary({}, withHeader('hang', '1'), { deadline: Date.now() + 300 });
    assert.strictEqual(error.code, grpc.status.DEADLINE_EXCEEDED);
  },

  async cancellation() {
    const call = client.ServerStream({ number: 1 }, withHeader('hang', '1'));
    const done = readAll(call);
    call.on('data', () => call.cancel());
    const { error } = await done;
    assert.strictEqual(error.code, grpc.status.CANCELLED);
  },

  async too_large() {
    const { error } = await unary({ payload: Buffer.alloc(5 * 1024 * 1024) });
    assert.strictEqual(error.code, grpc.status.RESOURCE_EXHAUSTED);
  },

  async gzip() {
    const packing = new Contract(address, grpc.credentials.createInsecure(), {
      'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip,
    });
    const { response } = await unary({ text: 'x'.repeat(10000) }, new grpc.Metadata(), {}, packing);
    assert.strictEqual(response.text.length, 10000);
    packing.close();
  },
};

scenarios[scenario]().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
