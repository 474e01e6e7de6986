import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI, { toFile } from 'openai';
import { ledger, newKey } from './gateway.mjs';
import { picture } from './picture.mjs';

// The base URL comes from OPENAI_BASE_URL, as it would for anybody; the key is all that a case adds.
const clientOf = ({ key }) => new OpenAI({ apiKey: key });
const user = (content) => [{ role: 'user', content }];
const image = (width, height, detail) => ({ type: 'image_url', image_url: { url: picture(width, height), detail } });

test('question is answered and billed once', async () => {
  const key = await newKey();
  const answer = await clientOf(key).chat.completions.create({ model: 'gpt-4o', messages: user('Hello there') });

  assert.equal(answer.object, 'chat.completion');
  assert.equal(answer.model, 'gpt-4o');
  assert.equal(answer.choices[0].message.content, "You asked 'Hello there' and sent 0 images.");
  assert.equal(answer.choices[0].finish_reason, 'stop');
  const [row, ...more] = await ledger(key);
  assert.deepEqual(more, []);
  assert.equal(row.outcome, 'completed');
  assert.equal(row.prompt_tokens, answer.usage.prompt_tokens);
  assert.equal(row.completion_tokens, answer.usage.completion_tokens);
  assert.equal(row.request_id, answer._request_id);
});

test('stream arrives whole and without usage', async () => {
  const key = await newKey();
  const stream = await clientOf(key).chat.completions.create({ model: 'gpt-4o', messages: user('Tell me'), stream: true });
  let text = '';
  let finish;
  for await (const chunk of stream) {
    assert.equal(chunk.model, 'gpt-4o');
    assert.equal(chunk.choices.length, 1);
    assert.ok(!chunk.usage);
    text += chunk.choices[0].delta.content ?? '';
    finish = chunk.choices[0].finish_reason ?? finish;
  }

  assert.equal(text, "You asked 'Tell me' and sent 0 images.");
  assert.equal(finish, 'stop');
  const [row] = await ledger(key);
  assert.equal(row.stream, true);
  assert.equal(row.completion_tokens, 8);
});

test('stream with usage ends with it', async () => {
  const key = await newKey();
  const stream = await clientOf(key).chat.completions.create({
    model: 'gpt-4o', messages: user('Tell me'), stream: true, stream_options: { include_usage: true },
  });
  const chunks = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
  }

  const last = chunks.at(-1);
  assert.deepEqual(last.choices, []);
  assert.equal(last.usage.completion_tokens, 8);
  assert.equal((await ledger(key))[0].prompt_tokens, last.usage.prompt_tokens);
});

test('stream helper gathers the final completion', async () => {
  const stream = clientOf(await newKey()).chat.completions.stream({ model: 'gpt-4o', messages: user('Tell me') });
  const final = await stream.finalChatCompletion();

  assert.equal(final.choices[0].message.content, "You asked 'Tell me' and sent 0 images.");
});

test('image by data URL is counted by its tiles', async () => {
  const key = await newKey();
  const answer = await clientOf(key).chat.completions.create({
    model: 'gpt-4o', messages: user([{ type: 'text', text: 'What is this?' }, image(1024, 1024, 'high')]),
  });

  assert.equal(answer.choices[0].message.content, "You asked 'What is this?' and sent 1 image.");
  const [row] = await ledger(key);
  assert.equal(row.images, 1);
  assert.equal(row.image_tokens_estimated, 765);
});

test('several images are counted each at its own detail', async () => {
  const key = await newKey();
  const answer = await clientOf(key).chat.completions.create({
    model: 'gpt-4-vision-preview',
    messages: user([image(2048, 4096, 'high'), image(4096, 8192, 'low'), image(512, 512), { type: 'text', text: 'Compare' }]),
  });

  assert.equal(answer.choices[0].message.content, "You asked 'Compare' and sent 3 images.");
  const [row] = await ledger(key);
  assert.equal(row.image_tokens_estimated, 1105 + 85 + 255);
  assert.equal(row.amount_nano_usd, 40_000_000);
});

test('tool call makes its round trip', async () => {
  const client = clientOf(await newKey());
  const tools = [{ type: 'function', function: { name: 'look', parameters: { type: 'object', properties: { query: { type: 'string' } } } } }];
  const messages = user('What is there?');
  const call = await client.chat.completions.create({ model: 'gpt-4o', messages, tools, tool_choice: 'required' });

  const { message, finish_reason } = call.choices[0];
  assert.equal(finish_reason, 'tool_calls');
  assert.equal(message.tool_calls[0].function.name, 'look');
  assert.ok(JSON.parse(message.tool_calls[0].function.arguments).query);

  messages.push(message, { role: 'tool', tool_call_id: message.tool_calls[0].id, content: 'A harbour.' });
  const answer = await client.chat.completions.create({ model: 'gpt-4o', messages, tools });

  assert.equal(answer.choices[0].finish_reason, 'stop');
  assert.match(answer.choices[0].message.content, /^You asked 'What is there\?'/);
});

test('structured output fits its schema', async () => {
  const schema = {
    type: 'object',
    properties: { city: { type: 'string' }, degrees: { type: 'integer' } },
    required: ['city', 'degrees'],
    additionalProperties: false,
  };
  const answer = await clientOf(await newKey()).chat.completions.create({
    model: 'weather',
    messages: user('How is it in Oslo?'),
    response_format: { type: 'json_schema', json_schema: { name: 'weather', strict: true, schema } },
  });

  assert.deepEqual(JSON.parse(answer.choices[0].message.content), { city: 'Oslo', degrees: 7 });
});

test('aborted stream leaves exactly one row', async () => {
  const key = await newKey();
  const client = clientOf(key);
  const stream = await client.chat.completions.create({ model: 'gpt-4o', messages: user('[[tokens=200;pace=20ms]]Go on'), stream: true });
  let seen = 0;
  for await (const chunk of stream) {
    assert.ok(chunk.id);
    if (++seen === 5) {
      stream.controller.abort();
    }
  }

  const [row, ...more] = await ledger(key, 1);
  assert.deepEqual(more, []);
  assert.equal(row.outcome, 'client_disconnected');
  assert.ok(row.amount_nano_usd > 0);

  await client.chat.completions.create({ model: 'gpt-4o', messages: user('Again') });
  assert.deepEqual((await ledger(key)).map((each) => each.outcome), ['completed', 'client_disconnected']);
});

test('wrong key is 401', async () => {
  const client = new OpenAI({ apiKey: 'sk-gw-0000000000000000000000000000000000000000000000000' });
  const error = await client.chat.completions.create({ model: 'gpt-4o', messages: user('Hello') }).catch((thrown) => thrown);

  assert.ok(error instanceof OpenAI.AuthenticationError);
  assert.equal(error.code, 'invalid_api_key');
  assert.match(error.requestID, /^req_/);
});

test('unknown model is 404', async () => {
  const error = await clientOf(await newKey()).chat.completions.create({ model: 'gpt-nowhere', messages: user('Hello') }).catch((thrown) => thrown);

  assert.ok(error instanceof OpenAI.NotFoundError);
  assert.equal(error.code, 'model_not_found');
});

test('bad request is 400 with its parameter', async () => {
  const error = await clientOf(await newKey()).chat.completions.create({ model: 'gpt-4o' }).catch((thrown) => thrown);

  assert.ok(error instanceof OpenAI.BadRequestError);
  assert.equal(error.type, 'invalid_request_error');
  assert.equal(error.code, 'missing_required_parameter');
  assert.equal(error.param, 'messages');
});

test('failure in mid stream reaches the client as an error', async () => {
  const stream = await clientOf(await newKey()).chat.completions.create({
    model: 'gpt-4o', messages: user('[[tokens=10;stream_error=4]]Go on'), stream: true,
  });
  let seen = 0;
  const error = await (async () => {
    for await (const chunk of stream) {
      seen += chunk.choices.length;
    }
  })().catch((thrown) => thrown);

  assert.ok(error instanceof OpenAI.APIError);
  assert.ok(seen >= 4);
});

test('client over its limit waits as told and succeeds', async () => {
  // 1000 tokens come back each second, and the first answer takes two and a half seconds' worth more than there is.
  const key = await newKey({ limits: { tokens_per_minute: 60_000 } });
  const client = clientOf(key);
  const ask = (text, max_tokens, options) => client.chat.completions.create({ model: 'gpt-4o', messages: user(text), max_tokens }, options);
  await ask('[[completion_tokens=62500]]Spend', 32_000);

  const refused = await ask('Hello', 100, { maxRetries: 0 }).catch((thrown) => thrown);
  assert.ok(refused instanceof OpenAI.RateLimitError);
  assert.equal(refused.code, 'rate_limit_exceeded');
  const again = performance.now();
  const wait = Number(refused.headers.get('retry-after-ms'));
  assert.ok(wait > 0 && wait <= 2700, `retry-after-ms is ${wait}`);

  // The same client with its own way of trying again.
  const answer = await ask('Hello', 100);
  assert.match(answer.choices[0].message.content, /^You asked 'Hello'/);
  assert.ok(performance.now() - again >= wait - 100);
  assert.equal((await ledger(key)).length, 2);
});

test('request larger than its limit is not tried again', async () => {
  const client = clientOf(await newKey({ limits: { tokens_per_minute: 1000 } }));
  const error = await client.chat.completions.create({ model: 'gpt-4o', messages: user('Hello'), max_tokens: 5000 }).catch((thrown) => thrown);

  assert.ok(error instanceof OpenAI.RateLimitError);
  assert.equal(error.headers.get('x-should-retry'), 'false');
  assert.equal(error.type, 'tokens');
});

test('headers are there for the asking', async () => {
  const key = await newKey({ limits: { requests_per_minute: 300 } });
  const { data, response, request_id } = await clientOf(key).chat.completions
    .create({ model: 'gpt-4-v', messages: user('Hello') })
    .withResponse();

  assert.equal(data.model, 'gpt-4-v');
  assert.equal(response.headers.get('x-gateway-cost-usd'), '0.04');
  assert.equal(response.headers.get('x-ratelimit-limit-requests'), '300');
  assert.equal(response.headers.get('openai-version'), '2020-10-01');
  assert.equal((await ledger(key))[0].request_id, request_id);
});

test('models are listed and found', async () => {
  const client = clientOf(await newKey());
  const ids = [];
  for await (const model of client.models.list()) {
    ids.push(model.id);
  }

  assert.deepEqual(ids.sort(), [
    'gpt-3.5-turbo-instruct', 'gpt-4-v', 'gpt-4o', 'gpt-4o-transcribe', 'gpt-image-1', 'omni-moderation-latest', 'pictures', 'text-embedding-3-small', 'tts-1', 'weather', 'whisper-1',
  ]);
  assert.equal((await client.models.retrieve('gpt-4-v')).object, 'model');
});

test('file is uploaded, listed, read and deleted', async () => {
  const { files } = clientOf(await newKey());
  const bytes = Buffer.from(picture(64, 32).split(',')[1], 'base64');
  const made = await files.create({
    file: await toFile(bytes, 'harbour.png', { type: 'image/png' }),
    purpose: 'vision',
    expires_after: { anchor: 'created_at', seconds: 3600 },
  });

  assert.equal(made.object, 'file');
  assert.equal(made.filename, 'harbour.png');
  assert.equal(made.bytes, bytes.length);
  assert.equal(made.expires_at, made.created_at + 3600);
  assert.equal((await files.retrieve(made.id)).purpose, 'vision');
  const second = await files.create({ file: await toFile(bytes, 'again.png'), purpose: 'user_data' });

  // Page by page, each file deleted as it is listed.
  const listed = [];
  for await (const file of files.list({ limit: 1, order: 'asc' })) {
    if (file.id === made.id || file.id === second.id) {
      const content = await files.content(file.id);
      assert.equal(content.headers.get('content-type'), 'image/png');
      assert.deepEqual(Buffer.from(await content.arrayBuffer()), bytes);
      assert.deepEqual(await files.delete(file.id), { id: file.id, object: 'file', deleted: true });
      listed.push(file.id);
    }
  }

  assert.deepEqual(listed, [made.id, second.id]);
  const error = await files.retrieve(made.id).catch((thrown) => thrown);
  assert.ok(error instanceof OpenAI.NotFoundError);
  const refused = await files.create({ file: await toFile(Buffer.from('no picture at all'), 'notes.txt'), purpose: 'vision' }).catch((thrown) => thrown);
  assert.ok(refused instanceof OpenAI.BadRequestError);
  assert.equal(refused.code, 'invalid_image_format');
});

test('uploaded image is named in a question and counted', async () => {
  const key = await newKey();
  const client = clientOf(key);
  const bytes = Buffer.from(picture(2048, 4096).split(',')[1], 'base64');
  const { id } = await client.files.create({ file: await toFile(bytes, 'tower.png', { type: 'image/png' }), purpose: 'user_data' });

  const answer = await client.chat.completions.create({
    model: 'gpt-4o',
    messages: user([
      { type: 'text', text: 'What are these?' },
      { type: 'file', file: { file_id: id } },
      { type: 'image_url', image_url: { url: id, detail: 'low' } },
    ]),
  });

  assert.equal(answer.choices[0].message.content, "You asked 'What are these?' and sent 2 images.");
  const [row] = await ledger(key);
  assert.equal(row.images, 2);
  assert.equal(row.image_tokens_estimated, 1105 + 85);
  await client.files.delete(id);
  const error = await client.chat.completions.create({ model: 'gpt-4o', messages: user([{ type: 'file', file: { file_id: id } }]) }).catch((thrown) => thrown);
  assert.ok(error instanceof OpenAI.NotFoundError);
  assert.equal(error.code, 'image_file_not_found');
});

test('repeat under one idempotency key gets the first answer and is billed once', async () => {
  const key = await newKey();
  const { completions } = clientOf(key).chat;
  const named = { headers: { 'Idempotency-Key': `order-${key.id}` } };
  const ask = () => completions.create({ model: 'gpt-4o', messages: user('Hello there') }, named).withResponse();
  const first = await ask();
  const second = await ask();

  assert.deepEqual(second.data, first.data);
  assert.equal(first.response.headers.get('x-gateway-idempotent-replay'), null);
  assert.equal(second.response.headers.get('x-gateway-idempotent-replay'), 'true');
  assert.equal(second.response.headers.get('x-gateway-original-request-id'), first.request_id);
  assert.equal(second.response.headers.get('x-gateway-cost-usd'), first.response.headers.get('x-gateway-cost-usd'));
  const error = await completions.create({ model: 'gpt-4o', messages: user('Something else') }, named).catch((thrown) => thrown);
  assert.ok(error instanceof OpenAI.ConflictError);
  assert.equal(error.code, 'idempotency_key_reused');
  assert.equal(error.headers.get('x-should-retry'), 'false');
  assert.equal((await ledger(key)).length, 1);
});

test('stream is repeated under its idempotency key', async () => {
  const key = await newKey();
  const client = clientOf(key);
  const read = async () => {
    const stream = await client.chat.completions.create(
      { model: 'gpt-4o', messages: user('Tell me'), stream: true, stream_options: { include_usage: true } }, { headers: { 'Idempotency-Key': `stream-${key.id}` } });
    const chunks = [];
    for await (const chunk of stream) {
      chunks.push(chunk);
    }

    return chunks;
  };

  const first = await read();
  assert.ok(first.at(-1).usage.completion_tokens > 0);
  assert.deepEqual(await read(), first);
  assert.equal((await ledger(key)).length, 1);
});

test('client waits by itself for the request that runs under its key', async () => {
  const key = await newKey();
  const client = clientOf(key);
  client.idempotencyHeader = 'Idempotency-Key';
  const ask = () => client.chat.completions.create(
    { model: 'gpt-4o', messages: user('[[first_byte=1500ms]]Hello') }, { idempotencyKey: `twice-${key.id}`, maxRetries: 8 });

  const [first, second] = await Promise.all([ask(), ask()]);

  assert.equal(first.id, second.id);
  assert.equal((await ledger(key, 1)).length, 1);
});

test('client sends no idempotency key unless told to, and then the same with each try', async () => {
  const key = await newKey();
  const sent = [];
  const client = new OpenAI({
    apiKey: key.key,
    fetch: (url, init) => {
      sent.push(new Headers(init.headers).get('idempotency-key'));
      return sent.length === 2 ? Promise.reject(new Error('The connection broke.')) : fetch(url, init);
    },
  });
  await client.chat.completions.create({ model: 'gpt-4o', messages: user('Hello') }, { idempotencyKey: 'unheard' });
  client.idempotencyHeader = 'Idempotency-Key';
  await client.chat.completions.create({ model: 'gpt-4o', messages: user('Hello') });

  assert.equal(sent.length, 3);
  assert.equal(sent[0], null);
  assert.match(sent[1], /^stainless-node-retry-/);
  assert.equal(sent[2], sent[1]);
});
