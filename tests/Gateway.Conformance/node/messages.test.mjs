import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { ledger, newKey } from './gateway.mjs';
import { picture } from './picture.mjs';

// The same cases whichever provider answers: which one that is, is for the environment to say. The base URL comes from there too.
const { GATEWAY_MODEL: model, GATEWAY_FAILING_MODEL: failing } = process.env;
const clientOf = ({ key }, more = {}) => new Anthropic({ apiKey: key, maxRetries: 0, ...more });
const ask = (content, more = {}) => ({ model, max_tokens: 2048, messages: [{ role: 'user', content }], ...more });
const image = (width, height) => ({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture(width, height).split(',')[1] } });
const tools = ['describe', 'look_up'].map((name) => ({ name, input_schema: { type: 'object', properties: { query: { type: 'string' } } } }));
const thrownBy = async (act) => {
  const error = await act().then(() => undefined, (thrown) => thrown);
  assert.ok(error, 'nothing was thrown');
  return error;
};

// Nano-dollars: 2.50 dollars a million tokens in, 10 dollars out.
const promptOf = (usage) => usage.input_tokens + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0);
const cost = (usage) => promptOf(usage) * 2500 + usage.output_tokens * 10_000;

async function theRow(key) {
  const [row, ...more] = await ledger(key, 1);
  assert.deepEqual(more, []);
  return row;
}

async function assertBilled(key, usage, more = {}) {
  const row = await theRow(key);
  assert.deepEqual(
    { outcome: row.outcome, model: row.model, endpoint: row.endpoint, source: row.usage_source, prompt: row.prompt_tokens, completion: row.completion_tokens, amount: row.amount_nano_usd },
    { outcome: 'completed', model, endpoint: '/v1/messages', source: 'provider', prompt: promptOf(usage), completion: usage.output_tokens, amount: cost(usage), ...more });
  return row;
}

async function assertFree(key) {
  const row = await theRow(key);
  assert.deepEqual([row.outcome, row.amount_nano_usd], ['upstream_failed', 0]);
}

test('message is created and billed', async () => {
  const key = await newKey();
  const message = await clientOf(key).messages.create(ask('[[prompt_tokens=90;completion_tokens=12]]Hello there', { metadata: { user_id: 'u-1' } }));

  assert.deepEqual([message.type, message.role, message.model, message.stop_reason], ['message', 'assistant', model, 'end_turn']);
  assert.deepEqual(message.content.map(({ type, text }) => [type, text]), [['text', "You asked 'Hello there' and sent 0 images."]]);
  assert.deepEqual([message.usage.input_tokens, message.usage.output_tokens], [90, 12]);
  const row = await assertBilled(key, message.usage, { prompt: 90, completion: 12 });
  assert.deepEqual([row.request_id, row.stream, row.end_user], [message._request_id, false, 'u-1']);
});

test('token of a bearer is taken as well', async () => {
  const { key } = await newKey();
  const message = await clientOf({ key: null }, { authToken: key }).messages.create(ask('Hello'));

  assert.equal(message.stop_reason, 'end_turn');
});

test('parts of the usage are told and billed as parts', async () => {
  const key = await newKey();
  const message = await clientOf(key).messages.create(ask('[[prompt_tokens=90;cached_tokens=50;completion_tokens=40]]Think'));

  assert.deepEqual([message.usage.input_tokens, message.usage.cache_read_input_tokens, message.usage.output_tokens], [40, 50, 40]);
  const row = await assertBilled(key, message.usage, { prompt: 90 });
  assert.equal(row.cached_tokens, 50);
});

test('maximum cuts the answer', async () => {
  const message = await clientOf(await newKey()).messages.create(ask('[[tokens=50]]', { max_tokens: 3 }));

  assert.deepEqual([message.content[0].text, message.stop_reason], ['The picture shows', 'max_tokens']);
});

test('system prompt is taken as text and as blocks', async () => {
  for (const system of ['Be short.', [{ type: 'text', text: 'Be short.', cache_control: { type: 'ephemeral' } }, { type: 'text', text: 'Be kind.' }]]) {
    const key = await newKey();
    const message = await clientOf(key).messages.create(ask('Hello', { system, temperature: 0.5, stop_sequences: ['END'] }));
    assert.equal(message.content[0].text, "You asked 'Hello' and sent 0 images.");
    await assertBilled(key, message.usage);
  }
});

test('stream of events arrives in its order', async () => {
  const key = await newKey();
  const types = [];
  let [text, usage] = ['', {}];
  for await (const event of await clientOf(key).messages.create(ask('[[prompt_tokens=90;text=Boats in a harbour]]', { stream: true }))) {
    types.push(event.type);
    text += event.delta?.text ?? '';
    usage = { ...usage, ...event.message?.usage, ...event.usage };
    assert.equal(event.message?.model ?? model, model);
  }

  assert.equal(text, 'Boats in a harbour');
  assert.deepEqual([...new Set(types)], ['message_start', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta', 'message_stop']);
  const row = await assertBilled(key, usage, { prompt: 90, completion: 4 });
  assert.equal(row.stream, true);
});

test('stream helper gathers the final message', async () => {
  const key = await newKey();
  const stream = clientOf(key).messages.stream(ask('[[prompt_tokens=90;cached_tokens=50]]Tell me'));
  let text = '';
  stream.on('text', (delta) => (text += delta));
  const message = await stream.finalMessage();

  assert.equal(message.content[0].text, "You asked 'Tell me' and sent 0 images.");
  assert.deepEqual([text, message.stop_reason, message.model], [message.content[0].text, 'end_turn', model]);
  assert.deepEqual([message.usage.input_tokens, message.usage.cache_read_input_tokens], [40, 50]);
  await assertBilled(key, message.usage, { prompt: 90 });
});

test('parallel tool calls make their round trip whole and streamed', async () => {
  for (const stream of [false, true]) {
    const key = await newKey();
    const { messages: api } = clientOf(key);
    const { messages } = ask('[[tool=2]]What is there?');
    const request = { model, max_tokens: 2048, messages, tools };
    const call = await (stream ? api.stream(request).finalMessage() : api.create(request));

    assert.equal(call.stop_reason, 'tool_use');
    const calls = call.content.filter(({ type }) => type === 'tool_use');
    assert.deepEqual(calls.map(({ name, input }) => [name, input.call]), [['describe', 1], ['look_up', 2]]);
    assert.equal(new Set(calls.map(({ id }) => id)).size, 2);

    messages.push({ role: 'assistant', content: call.content }, {
      role: 'user',
      content: [...calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'A harbour.' })), { type: 'text', text: 'And now?' }],
    });
    const answer = await api.create({ model, max_tokens: 2048, messages, tools });

    assert.deepEqual([answer.stop_reason, answer.content[0].text], ['end_turn', "You asked 'And now?' and sent 0 images."]);
    const rows = await ledger(key, 2);
    assert.deepEqual(rows.map((row) => row.amount_nano_usd), [cost(answer.usage), cost(call.usage)]);
  }
});

test('choice of a tool is kept to', async () => {
  const call = await clientOf(await newKey()).messages.create(ask('What is there?', { tools, tool_choice: { type: 'tool', name: 'look_up' } }));

  assert.equal(call.stop_reason, 'tool_use');
  assert.deepEqual(call.content.map(({ name }) => name), ['look_up']);
});

test('images are seen and counted', async () => {
  const key = await newKey();
  const message = await clientOf(key).messages.create(ask([{ type: 'text', text: 'Compare' }, image(1024, 1024), image(512, 512)]));

  assert.equal(message.content[0].text, "You asked 'Compare' and sent 2 images.");
  const row = await assertBilled(key, message.usage);
  assert.deepEqual([row.images, row.image_tokens_estimated], [2, 765 + 255]);
});

test('image behind a URL is left to those who fetch it', async () => {
  const key = await newKey();
  const act = () => clientOf(key).messages.create(ask([{ type: 'text', text: 'Look' }, { type: 'image', source: { type: 'url', url: 'https://pictures.invalid/a.png' } }]));
  if (model === 'by-gemini') {
    // It takes pictures along with the request alone, and this one cannot be had.
    assert.ok((await thrownBy(act)) instanceof Anthropic.BadRequestError);
    return;
  }

  const message = await act();
  assert.equal(message.content[0].text, "You asked 'Look' and sent 1 image.");
  assert.equal((await assertBilled(key, message.usage)).images, 1);
});

test('image of a tool counts as any other', async () => {
  const key = await newKey();
  const message = await clientOf(key).messages.create({
    model,
    max_tokens: 2048,
    tools,
    messages: [
      { role: 'user', content: 'What is there?' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'describe', input: { query: 'x' } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'This:' }, image(1024, 1024)] }] },
    ],
  });

  const row = await assertBilled(key, message.usage);
  assert.deepEqual([row.images, row.image_tokens_estimated], [1, 765]);
});

test('tokens are counted and nothing is charged', async () => {
  const key = await newKey();
  const client = clientOf(key);
  const { messages } = ask([{ type: 'text', text: "What's in this image?" }, image(1024, 1024)]);
  const counted = await client.messages.countTokens({ model, messages });

  assert.deepEqual({ ...counted }, { input_tokens: 777 });
  assert.deepEqual(await ledger(key), []);
});

test('models are listed and found', async () => {
  const client = clientOf(await newKey());
  const ids = [];
  for await (const each of client.models.list()) {
    assert.equal(each.type, 'model');
    ids.push(each.id);
  }

  assert.ok(ids.includes(model));
  const found = await client.models.retrieve(model);
  assert.equal(found.id, model);
  assert.ok(!Number.isNaN(Date.parse(found.created_at)));
});

test('errors are those that the client knows', async () => {
  const key = await newKey();
  const cases = [
    [Anthropic.AuthenticationError, 401, 'authentication_error', { key: 'sk-gw-0000000000000000000000000000000000000000000000000' }, ask('Hello')],
    [Anthropic.NotFoundError, 404, 'not_found_error', key, { ...ask('Hello'), model: 'none' }],
    [Anthropic.BadRequestError, 400, 'invalid_request_error', key, ask([{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }])],
    [Anthropic.BadRequestError, 400, 'invalid_request_error', key, ask('Hello', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] })],
  ];
  for (const [type, status, name, caller, body] of cases) {
    const error = await thrownBy(() => clientOf(caller).messages.create(body));
    assert.ok(error instanceof type, `${error}`);
    assert.deepEqual([error.status, error.error.type, error.error.error.type], [status, 'error', name]);
    assert.match(error.requestID, /^req_/);
    assert.equal(error.error.request_id, error.requestID);
  }

  assert.deepEqual(await ledger(key), []);
});

test('request that the provider refuses is 400 and free', async () => {
  const key = await newKey();
  for (const stream of [false, true]) {
    const error = await thrownBy(() => clientOf(key).messages.create(ask('[[status=400]]', { stream })));
    assert.ok(error instanceof Anthropic.BadRequestError);
    assert.equal(error.error.error.type, 'invalid_request_error');
  }

  assert.deepEqual((await ledger(key, 2)).map((row) => row.amount_nano_usd), [0, 0]);
});

test('failure in mid stream reaches the client as an error', async () => {
  const key = await newKey();
  const stream = clientOf(key).messages.stream({ ...ask('[[tokens=10;stream_error=4]]Go on'), model: failing });
  let text = '';
  stream.on('text', (delta) => (text += delta));
  const error = await thrownBy(() => stream.finalMessage());

  assert.ok(error instanceof Anthropic.APIError);
  assert.equal(text, 'The picture shows a');
  const row = await theRow(key);
  assert.equal(row.outcome, 'upstream_failed');
  assert.ok(row.completion_tokens > 0);
  assert.ok(row.amount_nano_usd > 0);
});

test('failures of the provider are told in their classes and free', async () => {
  const cases = [
    ['status=401', Anthropic.InternalServerError, 502, 'api_error'],
    ['status=429;retry_after=7', Anthropic.RateLimitError, 429, 'rate_limit_error'],
    ['status=500', Anthropic.InternalServerError, 502, 'api_error'],
    ['status=503', Anthropic.InternalServerError, 529, 'overloaded_error'],
  ];
  for (const [directive, type, status, name] of cases) {
    const key = await newKey();
    const error = await thrownBy(() => clientOf(key).messages.create({ ...ask(`[[${directive}]]`), model: failing }));
    assert.ok(error instanceof type, `${error}`);
    assert.deepEqual([error.status, error.error.error.type], [status, name]);
    assert.equal(error.headers.get('retry-after'), status === 429 ? '7' : null);
    await assertFree(key);
  }
});

test('aborted stream leaves exactly one row', async () => {
  const key = await newKey();
  const stream = await clientOf(key).messages.create(ask('[[tokens=200;pace=20ms]]Go on', { stream: true }));
  let seen = 0;
  for await (const event of stream) {
    assert.ok(event.type);
    if (++seen === 8) {
      stream.controller.abort();
    }
  }

  const row = await theRow(key);
  assert.equal(row.outcome, 'client_disconnected');
  assert.ok(row.completion_tokens > 0);
  assert.equal(row.amount_nano_usd, row.prompt_tokens * 2500 + row.completion_tokens * 10_000);
});

test('client comes back after 429 and is served', async () => {
  const key = await newKey({ limits: { concurrent_requests: 1 } });
  const statuses = [];
  const counting = async (url, init) => {
    const answer = await fetch(url, init);
    statuses.push(answer.status);
    return answer;
  };
  const stream = await clientOf(key).messages.create(ask('[[tokens=40;pace=20ms]]Go on', { stream: true }));
  const gathered = (async () => {
    for await (const event of stream) {
      assert.ok(event.type);
    }
  })();
  const message = await clientOf(key, { maxRetries: 10, fetch: counting }).messages.create(ask('And I?'));
  await gathered;

  assert.equal(message.content[0].text, "You asked 'And I?' and sent 0 images.");
  assert.equal(statuses[0], 429);
  assert.equal(statuses.at(-1), 200);
  assert.equal((await ledger(key, 2)).length, 2);
});

test('client tries again after 529', async () => {
  const key = await newKey();
  const statuses = [];
  const counting = async (url, init) => {
    const answer = await fetch(url, init);
    statuses.push(answer.status);
    return answer;
  };
  const error = await thrownBy(() => clientOf(key, { maxRetries: 1, fetch: counting }).messages.create({ ...ask('[[status=503]]'), model: failing }));

  assert.deepEqual([error.status, statuses], [529, [529, 529]]);
  assert.deepEqual((await ledger(key, 2)).map((row) => row.amount_nano_usd), [0, 0]);
});
