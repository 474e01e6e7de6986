-- Buckets of requests and tokens a minute, version 1. One call is one atomic step over all buckets of a request.
--
-- KEYS  the buckets, then the reservation; all of one tenant, in one hash slot
-- ARGV  1 operation: reserve, peek (the same, charging nothing), settle
--       2 time in ms, or empty for this server's own clock
--       3 tokens: asked for (reserve, peek) or used (settle; to cancel, 0)
--       4 reserve: how long the reservation is remembered, in ms; 0 = not at all
--       then for each bucket its kind (r or t) and its limit
-- Returns 1 or 0 (admitted, settled) and the level of each bucket after the step.
--
-- A bucket is "level time limit" as last written; none is a full one. A level counts 1/60000 of a request or token: a millisecond refills
-- exactly `limit` of them. Every number is an integer below 2^53, which Lua's doubles hold exactly.

local UNIT = 60000
local LARGEST_DEBT = 4e15
local MINUTE = 60000

local operation, now, tokens, remembered = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local count = (#ARGV - 4) / 2
local reservation = KEYS[count + 1]

if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Level, time and limit as of now; the level is nil where the bucket is full. A clock that went back refills nothing until it is where it
-- was; one that went back by more than a minute starts anew from where it is, which the last result tells.
local function read(stored)
  if not stored then
    return nil, now
  end
  local level, at, limit = string.match(stored, '^(%S+) (%S+) (%S+)$')
  level, at, limit = tonumber(level), tonumber(at), tonumber(limit)
  local anew = at - now > MINUTE
  if anew then
    at = now
  end
  if now > at then
    level = level + (now - at) * limit
    at = now
  end
  if level >= limit * UNIT then
    level = nil
  end
  return level, at, limit, anew
end

-- A full bucket is forgotten; another expires a minute after it is full again.
local function write(key, level, at, limit)
  local missing = limit * UNIT - level
  if missing == 0 then
    redis.call('DEL', key)
  else
    redis.call('SET', key, string.format('%.0f %.0f %.0f', level, at, limit),
      'PX', string.format('%.0f', math.ceil(missing / limit) + MINUTE))
  end
end

local stored = redis.call('MGET', unpack(KEYS, 1, count))
local reply = { 1 }

-- A correction goes by the limit that the bucket has: that of the reservation may be out of date.
if operation == 'settle' then
  local charged = redis.call('GET', reservation)
  redis.call('DEL', reservation)
  for i = 1, count do
    local level, at, limit = read(stored[i])
    if not level then
      limit = tonumber(ARGV[4 + 2 * i])
      level = limit * UNIT
    end
    if charged then
      level = level + (tonumber(charged) - tokens) * UNIT
      level = math.max(math.min(level, limit * UNIT), -LARGEST_DEBT)
      write(KEYS[i], level, at, limit)
    else
      reply[1] = 0
    end
    reply[1 + i] = level
  end
  return reply
end

-- A bucket that was full under a former limit is full under a new one; else its level stands, within the new size.
local wanted, limits, times, changed = {}, {}, {}, {}
for i = 1, count do
  local level, at, former, anew = read(stored[i])
  local limit = tonumber(ARGV[4 + 2 * i])
  local full = limit * UNIT
  reply[1 + i] = math.min(level or full, full)
  times[i], limits[i], changed[i] = at, limit, level and (former ~= limit or anew)
  wanted[i] = (ARGV[3 + 2 * i] == 'r' and 1 or tokens) * UNIT
  if reply[1 + i] < wanted[i] then
    reply[1] = 0
  end
end

local admitted = reply[1] == 1
for i = 1, count do
  if admitted and operation == 'reserve' then
    reply[1 + i] = reply[1 + i] - wanted[i]
    write(KEYS[i], reply[1 + i], times[i], limits[i])
  elseif changed[i] and not admitted then
    -- It refills by its new limit, or from the new time, as the wait that the client is told supposes.
    write(KEYS[i], reply[1 + i], times[i], limits[i])
  end
end

if admitted and remembered > 0 then
  redis.call('SET', reservation, string.format('%.0f', tokens), 'PX', remembered)
end

return reply
