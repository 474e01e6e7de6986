import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { ledger, newKey } from './gateway.mjs';
import { picture } from './picture.mjs';

const embedding = 'text-embedding-3-small';
const instruct = 'gpt-3.5-turbo-instruct';
const clientOf = ({ key }) => new OpenAI({ apiKey: key, maxRetries: 0 });
const floatsOf = (base64) => Array.from(new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer));

test('embedding comes as base64 unless asked otherwise and is decoded', async () => {
  const key = await newKey();
  const answer = await clientOf(key).embeddings.create({ model: embedding, input: '[[prompt_tokens=1000]]hello' });

  assert.equal(answer.data[0].embedding.length, 1536);
  assert.ok(Math.abs(answer.data[0].embedding.reduce((sum, number) => sum + number * number, 0) - 1) < 1e-4);
  assert.equal(answer.model, embedding);
  const [row, ...more] = await ledger(key);
  assert.deepEqual(more, []);
  assert.equal(row.endpoint, '/v1/embeddings');
  assert.equal(row.prompt_tokens, answer.usage.prompt_tokens);
  assert.equal(row.amount_nano_usd, 20_000);
});

test('embedding is the same in every encoding', async () => {
  const client = clientOf(await newKey());
  const body = { model: embedding, input: ['one', 'two'], dimensions: 16 };
  const [decoded, float, base64] = await Promise.all([
    client.embeddings.create(body),
    client.embeddings.create({ ...body, encoding_format: 'float' }),
    client.embeddings.create({ ...body, encoding_format: 'base64' }),
  ]);

  for (const i of [0, 1]) {
    assert.equal(float.data[i].embedding.length, 16);
    assert.equal(typeof base64.data[i].embedding, 'string');
    assert.deepEqual(floatsOf(base64.data[i].embedding), Array.from(Float32Array.from(float.data[i].embedding)));
    assert.deepEqual(Array.from(decoded.data[i].embedding), floatsOf(base64.data[i].embedding));
  }
});

test('embedding of tokens counts them', async () => {
  const key = await newKey();
  await clientOf(key).embeddings.create({ model: embedding, input: [[15339, 1917], [1, 2, 3]] });
  await clientOf(key).embeddings.create({ model: embedding, input: [15339, 1917] });

  assert.deepEqual((await ledger(key)).map((row) => row.prompt_tokens), [2, 5]);
});

test('completion is billed by its tokens', async () => {
  const key = await newKey();
  const answer = await clientOf(key).completions.create({ model: instruct, prompt: 'hello', n: 2, suffix: 'bye' });

  assert.equal(answer.object, 'text_completion');
  assert.equal(answer.model, instruct);
  assert.deepEqual(answer.choices.map((choice) => choice.text), ["You asked 'hello' and sent 0 images.", "You asked 'hello' and sent 0 images."]);
  const [row] = await ledger(key);
  assert.equal(row.endpoint, '/v1/completions');
  assert.equal(row.prompt_tokens, answer.usage.prompt_tokens);
  assert.equal(row.completion_tokens, answer.usage.completion_tokens);
});

test('completion streams without usage that was not asked for', async () => {
  const key = await newKey();
  const stream = await clientOf(key).completions.create({ model: instruct, prompt: 'hello', stream: true });
  let text = '';
  for await (const chunk of stream) {
    assert.equal(chunk.choices.length, 1);
    assert.ok(!('usage' in chunk));
    text += chunk.choices[0].text;
  }

  assert.equal(text, "You asked 'hello' and sent 0 images.");
  const [row] = await ledger(key, 1);
  assert.equal(row.stream, true);
  assert.equal(row.usage_source, 'provider');
});

test('completion streams the usage that was asked for', async () => {
  const key = await newKey();
  const stream = await clientOf(key).completions.create({ model: instruct, prompt: ['a', 'b'], max_tokens: 3, echo: true, stream: true, stream_options: { include_usage: true } });
  const texts = ['', ''];
  let usage;
  for await (const chunk of stream) {
    for (const choice of chunk.choices) {
      texts[choice.index] += choice.text;
    }

    usage = chunk.usage ?? usage;
  }

  assert.deepEqual(texts, ["aYou asked 'b'", "bYou asked 'b'"]);
  assert.equal(usage.completion_tokens, 6);
  assert.equal((await ledger(key, 1))[0].completion_tokens, 6);
});

test('completion that is aborted is billed once', async () => {
  const key = await newKey();
  const stream = await clientOf(key).completions.create({ model: instruct, prompt: '[[pace=20ms;tokens=40]]hello', max_tokens: 100, stream: true });
  for await (const chunk of stream) {
    if (chunk.choices[0].text) {
      stream.controller.abort();
      break;
    }
  }

  const rows = await ledger(key, 1);
  assert.equal(rows.length, 1);
  assert.equal(rows[0].outcome, 'client_disconnected');
  assert.equal(rows[0].completion_tokens, 40);
});

test('text is judged', async () => {
  const key = await newKey();
  const answer = await clientOf(key).moderations.create({ input: 'full of violence' });

  assert.equal(answer.model, 'omni-moderation-latest');
  assert.equal(answer.results[0].flagged, true);
  assert.equal(answer.results[0].categories.violence, true);
  const [row] = await ledger(key);
  assert.equal(row.endpoint, '/v1/moderations');
  assert.equal(row.prompt_tokens, 0);
  assert.equal(row.amount_nano_usd, 1_000_000);
});

test('texts are judged each', async () => {
  const answer = await clientOf(await newKey()).moderations.create({ model: 'omni-moderation-latest', input: ['peace', 'hate'] });

  assert.deepEqual(answer.results.map((result) => result.flagged), [false, true]);
});

test('picture is judged with its text', async () => {
  const key = await newKey();
  const answer = await clientOf(key).moderations.create({
    model: 'omni-moderation-latest',
    input: [{ type: 'text', text: 'what is this' }, { type: 'image_url', image_url: { url: picture(320, 200) } }],
  });

  assert.equal(answer.results.length, 1);
  assert.deepEqual(answer.results[0].category_applied_input_types.violence, ['text', 'image']);
  const [row] = await ledger(key);
  assert.equal(row.images, 1);
  assert.equal(row.image_tokens_estimated, 0);
});

test('refusals name the field', async () => {
  const client = clientOf(await newKey());
  await assert.rejects(client.embeddings.create({ model: embedding, input: '' }), (error) => error instanceof OpenAI.BadRequestError && error.param === 'input');
  await assert.rejects(client.embeddings.create({ model: embedding, input: [] }), (error) => error.code === 'empty_array');
  await assert.rejects(client.embeddings.create({ model: 'gpt-4o', input: 'a' }), (error) => error.param === 'model' && /does not serve/.test(error.message));
  await assert.rejects(client.completions.create({ model: instruct, prompt: 'a', best_of: 1, n: 2 }), (error) => error.param === 'best_of');
  await assert.rejects(client.chat.completions.create({ model: embedding, messages: [{ role: 'user', content: 'a' }] }), (error) => error.status === 400 && error.param === 'model');
  await assert.rejects(client.moderations.create({ model: 'no-such', input: 'a' }), OpenAI.NotFoundError);
});
