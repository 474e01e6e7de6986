import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI, { toFile } from 'openai';
import { ledger, newKey } from './gateway.mjs';
import { picture } from './picture.mjs';

const clientOf = ({ key }) => new OpenAI({ apiKey: key });
const png = (width, height) => toFile(Buffer.from(picture(width, height).split(',')[1], 'base64'), 'a.png', { type: 'image/png' });

/** So many seconds of silence, 16,000 samples each. */
function wav(seconds) {
  const bytes = Buffer.alloc(44 + 32000 * seconds);
  bytes.write('RIFF', 0);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(16000, 24);
  bytes.writeUInt32LE(32000, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(bytes.length - 44, 40);
  return toFile(bytes, 'speech.wav', { type: 'audio/wav' });
}

const sizeOf = (base64) => {
  const bytes = Buffer.from(base64, 'base64');
  assert.equal(bytes.toString('latin1', 1, 4), 'PNG');
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
};

test('pictures are made and billed by their tokens', async () => {
  const key = await newKey();
  const answer = await clientOf(key).images.generate({ model: 'gpt-image-1', prompt: 'A harbour', n: 2, size: '1536x1024', quality: 'low' });

  assert.equal(answer.data.length, 2);
  assert.deepEqual(sizeOf(answer.data[0].b64_json), [1536, 1024]);
  const [row] = await ledger(key);
  assert.equal(row.endpoint, '/v1/images/generations');
  assert.equal(row.output_images, 2);
  assert.equal(row.image_output_tokens, answer.usage.output_tokens);
});

test('pictures stream in parts', async () => {
  const key = await newKey();
  const stream = await clientOf(key).images.generate({ model: 'gpt-image-1', prompt: 'A harbour', stream: true, partial_images: 2, quality: 'low' });
  const types = [];
  let usage;
  for await (const event of stream) {
    types.push(event.type);
    usage = event.usage;
  }

  assert.deepEqual(types, ['image_generation.partial_image', 'image_generation.partial_image', 'image_generation.completed']);
  assert.equal((await ledger(key, 1))[0].image_output_tokens, usage.output_tokens);
});

test('pictures are edited', async () => {
  const key = await newKey();
  const answer = await clientOf(key).images.edit({
    model: 'gpt-image-1', prompt: 'Make it night', image: [await png(1024, 1024), await png(1024, 1536)], input_fidelity: 'high', quality: 'low',
  });

  assert.equal(answer.data.length, 1);
  const [row] = await ledger(key);
  assert.equal(row.endpoint, '/v1/images/edits');
  assert.equal(row.image_tokens_estimated, 194 + 4160 + 323 + 6240);
});

test('edits stream in parts', async () => {
  const key = await newKey();
  const stream = await clientOf(key).images.edit({ model: 'gpt-image-1', prompt: 'Night', image: await png(64, 64), stream: true, partial_images: 1, quality: 'low' });
  const types = [];
  for await (const event of stream) {
    types.push(event.type);
  }

  assert.deepEqual(types, ['image_edit.partial_image', 'image_edit.completed']);
});

test('pictures are varied and billed each', async () => {
  const key = await newKey();
  const answer = await clientOf(key).images.createVariation({ model: 'pictures', image: await png(64, 64), n: 2 });

  assert.equal(answer.data.length, 2);
  assert.equal((await ledger(key))[0].amount_nano_usd, 40_000_000);
});

test('speech comes as a file', async () => {
  const key = await newKey();
  const speech = await clientOf(key).audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'Hello there', response_format: 'wav' });

  assert.equal(speech.headers.get('content-type'), 'audio/wav');
  const bytes = Buffer.from(await speech.arrayBuffer());
  assert.equal(bytes.toString('latin1', 0, 4), 'RIFF');
  assert.equal(bytes.readUInt32LE(4), bytes.length - 8);
  const [row] = await ledger(key, 1);
  assert.equal(row.characters, 11);
  assert.equal(row.amount_nano_usd, 165_000);
});

test('transcript is billed by its tokens', async () => {
  const key = await newKey();
  const answer = await clientOf(key).audio.transcriptions.create({ model: 'gpt-4o-transcribe', file: await wav(3) });

  assert.match(answer.text, /bytes of speech/);
  assert.equal(answer.usage.type, 'tokens');
  const [row] = await ledger(key);
  assert.equal(row.audio_input_tokens, 30);
  assert.equal(row.seconds, 3);
});

test('transcript streams', async () => {
  const key = await newKey();
  const stream = await clientOf(key).audio.transcriptions.create({ model: 'gpt-4o-transcribe', file: await wav(1), stream: true });
  let text = '';
  let done;
  for await (const event of stream) {
    text += event.delta ?? '';
    done = event.type === 'transcript.text.done' ? event.text : done;
  }

  assert.equal(text, done);
  assert.equal((await ledger(key, 1))[0].stream, true);
});

test('transcript tells its segments', async () => {
  const key = await newKey();
  const answer = await clientOf(key).audio.transcriptions.create({ model: 'whisper-1', file: await wav(61), response_format: 'verbose_json' });

  assert.equal(answer.duration, 61);
  assert.equal(answer.segments.length, 1);
  assert.equal((await ledger(key))[0].amount_nano_usd, 6_100_000);
});

test('transcript comes as subtitles', async () => {
  const key = await newKey();
  const answer = await clientOf(key).audio.transcriptions.create({ model: 'whisper-1', file: await wav(2), response_format: 'srt' });

  assert.match(answer, /^1\n00:00:00,000 --> 00:00:02,000\n/);
  assert.equal((await ledger(key, 1))[0].seconds, 2);
});

test('speech is translated', async () => {
  const key = await newKey();
  const answer = await clientOf(key).audio.translations.create({ model: 'whisper-1', file: await wav(1) });

  assert.equal(answer.text, 'The file says this in English.');
});

test('refusals name the field', async () => {
  const client = clientOf(await newKey());
  await assert.rejects(client.images.generate({ model: 'gpt-image-1' }), (error) => error instanceof OpenAI.BadRequestError && error.param === 'prompt');
  await assert.rejects(client.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'a'.repeat(4097) }), (error) => error.code === 'string_above_max_length');
  await assert.rejects(client.audio.transcriptions.create({ model: 'no-such', file: await wav(1) }), OpenAI.NotFoundError);
  await assert.rejects(client.images.edit({ model: 'gpt-image-1', prompt: 'x', image: await toFile(Buffer.from('no picture'), 'a.png') }), (error) => error.code === 'invalid_image_format');
});

test('speech that is left in its middle is billed once', async () => {
  const key = await newKey();
  const controller = new AbortController();
  const speech = await clientOf(key).audio.speech.create(
    { model: 'tts-1', voice: 'alloy', input: `[[pace=50ms]]${'a'.repeat(500)}`, response_format: 'pcm' }, { signal: controller.signal });
  const reader = speech.body.getReader();
  await reader.read();
  controller.abort();

  const rows = await ledger(key, 1);
  assert.equal(rows.length, 1);
  assert.equal(rows[0].characters, 513);
});
