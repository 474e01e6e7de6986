-- Nodes that live, version 1.
--
-- KEYS  1 the set of nodes by when they were last heard of
-- ARGV  1 this node
--       2 ms of silence after which a node counts as gone; 0 = this node goes
-- Returns 1 and how many nodes there are.

local node, silence = ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if silence == 0 then
  redis.call('ZREM', KEYS[1], node)
else
  -- One from the future was written before the clock went back.
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - silence))
  redis.call('ZREMRANGEBYSCORE', KEYS[1], string.format('(%.0f', now + silence), '+inf')
  redis.call('ZADD', KEYS[1], string.format('%.0f', now), node)
  redis.call('PEXPIRE', KEYS[1], silence)
end

return { 1, redis.call('ZCARD', KEYS[1]) }
