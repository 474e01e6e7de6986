import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { picture } from './picture.mjs';

// Base URL and key come from the environment, as they would for anybody.
const client = new Anthropic({ maxRetries: 0 });
const ask = (content, more = {}) => ({ model: 'claude-test', max_tokens: 2048, messages: [{ role: 'user', content }], ...more });
const tools = [
  { name: 'describe', input_schema: { type: 'object', properties: { query: { type: 'string' } } } },
  { name: 'look_up', input_schema: { type: 'object', properties: { query: { type: 'string' } } } },
];

test('message is created', async () => {
  const message = await client.messages.create(ask('Hello there'));

  assert.equal(message.type, 'message');
  assert.equal(message.role, 'assistant');
  assert.deepEqual(message.content, [{ type: 'text', text: "You asked 'Hello there' and sent 0 images." }]);
  assert.equal(message.stop_reason, 'end_turn');
  assert.equal(message.usage.output_tokens, 8);
  assert.match(message._request_id, /^req_/);
});

test('stream of events arrives in its order', async () => {
  const types = [];
  let text = '';
  for await (const event of await client.messages.create(ask('Tell me', { stream: true }))) {
    types.push(event.type);
    text += event.delta?.text ?? '';
  }

  assert.equal(text, "You asked 'Tell me' and sent 0 images.");
  assert.deepEqual([...new Set(types)], [
    'message_start', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta', 'message_stop',
  ]);
});

test('stream helper gathers the message of the same request', async () => {
  const content = '[[reasoning=4;tokens=6;prompt_tokens=90;cached_tokens=50]]';
  const streamed = await client.messages.stream(ask(content)).finalMessage();
  const whole = await client.messages.create(ask(content));

  assert.deepEqual(streamed.content.map(({ signature, ...block }) => block), whole.content.map(({ signature, ...block }) => block));
  assert.ok(streamed.content[0].signature);
  assert.equal(streamed.stop_reason, whole.stop_reason);
  assert.equal(streamed.usage.input_tokens, 40);
  assert.equal(streamed.usage.cache_read_input_tokens, 50);
  assert.equal(streamed.usage.output_tokens, whole.usage.output_tokens);
});

test('parallel tool calls make their round trip', async () => {
  const messages = ask('[[tool=2]]What is there?').messages;
  const call = await client.messages.stream({ model: 'claude-test', max_tokens: 2048, messages, tools }).finalMessage();

  assert.equal(call.stop_reason, 'tool_use');
  assert.deepEqual(call.content.map(({ name }) => name), ['describe', 'look_up']);
  assert.deepEqual(call.content.map(({ input }) => input.call), [1, 2]);

  messages.push({ role: 'assistant', content: call.content.map(({ type, id, name, input }) => ({ type, id, name, input })) }, {
    role: 'user',
    content: [
      ...call.content.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'A harbour.' })),
      { type: 'text', text: 'And now?' },
    ],
  });
  const answer = await client.messages.create({ model: 'claude-test', max_tokens: 2048, messages, tools });

  assert.equal(answer.stop_reason, 'end_turn');
  assert.equal(answer.content[0].text, "You asked 'And now?' and sent 0 images.");
});

test('images are seen and counted', async () => {
  const data = picture(1000, 1000).split(',')[1];
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data } };
  const content = [image, { type: 'text', text: 'What is this?' }];
  const message = await client.messages.create(ask(content));
  const count = await client.messages.countTokens({ model: 'claude-test', messages: ask(content).messages });

  assert.equal(message.content[0].text, "You asked 'What is this?' and sent 1 image.");
  assert.equal(message.usage.input_tokens, 3 + 4 + 4 + 1296);
  assert.equal(count.input_tokens, message.usage.input_tokens);
});

test('structured output fits its schema', async () => {
  const schema = { type: 'object', properties: { city: { type: 'string' }, degrees: { type: 'integer' } }, required: ['city', 'degrees'], additionalProperties: false };
  const message = await client.messages.create(ask('Weather?', { output_config: { format: { type: 'json_schema', schema } } }));

  const { city, degrees } = JSON.parse(message.content[0].text);
  assert.equal(typeof city, 'string');
  assert.equal(typeof degrees, 'number');
});

test('errors are those of their classes', async () => {
  const cases = [
    [400, 'invalid_request_error', Anthropic.BadRequestError],
    [401, 'authentication_error', Anthropic.AuthenticationError],
    [403, 'permission_error', Anthropic.PermissionDeniedError],
    [404, 'not_found_error', Anthropic.NotFoundError],
    [429, 'rate_limit_error', Anthropic.RateLimitError],
    [500, 'api_error', Anthropic.InternalServerError],
    [529, 'overloaded_error', Anthropic.APIError],
  ];
  for (const [status, type, kind] of cases) {
    await assert.rejects(client.messages.create(ask(`[[status=${status}]]`)), (error) => {
      assert.ok(error instanceof kind, `${status} is a ${error.constructor.name}`);
      assert.equal(error.status, status);
      assert.equal(error.error.error.type, type);
      assert.match(error.requestID, /^req_/);
      return true;
    });
  }
});

test('request that is not valid is refused with its place', async () => {
  await assert.rejects(client.messages.create(ask([{ type: 'text', text: '' }])), { status: 400, message: /non-empty/ });
  await assert.rejects(new Anthropic({ maxRetries: 0, apiKey: 'wrong' }).messages.create(ask('Hello')), Anthropic.AuthenticationError);
});

test('failure in a stream is thrown where it comes', async () => {
  let text = '';
  await assert.rejects(async () => {
    for await (const event of await client.messages.create(ask('[[tokens=5;stream_error=2]]', { stream: true }))) {
      text += event.delta?.text ?? '';
    }
  }, /Overloaded/);
  assert.equal(text, 'The picture');
});
