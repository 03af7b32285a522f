// The contract's services for grpc-js, from the same proto file that the .NET side is generated from.
const path = require('path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const definition = loader.loadSync(path.join(__dirname, '..', 'contract.proto'), { keepCase: true, defaults: true });
module.exports = { grpc, Contract: grpc.loadPackageDefinition(definition).grpc.contract.v1.Contract };
