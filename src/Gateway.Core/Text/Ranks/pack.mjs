// Packs a published rank file (a line for each token: its bytes in base64, a space, its rank) into the form that TokenRanks reads.
//   node pack.mjs o200k_base.tiktoken o200k_base.br
import { readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

const [source, target] = process.argv.slice(2);
const lines = readFileSync(source, 'ascii').split('\n').filter((line) => line !== '');
const tokens = lines.map((line, index) => {
  const [bytes, rank] = line.split(' ');
  if (Number(rank) !== index) {
    throw new Error(`line ${index + 1}: rank ${rank}, but ${index} was expected`);
  }
  return Buffer.from(bytes, 'base64');
});
const head = Buffer.alloc(8);
head.writeUInt32LE(tokens.length, 0);
head.writeUInt32LE(tokens.reduce((sum, token) => sum + token.length, 0), 4);
const lengths = Buffer.from(tokens.map((token) => token.length));
const packed = Buffer.concat([head, lengths, ...tokens]);
writeFileSync(target, brotliCompressSync(packed, {
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: packed.length },
}));
