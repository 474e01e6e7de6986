-- Buckets of requests and tokens a minute and leases of requests at once, version 2. One call is one atomic step over all that binds a
-- request. Buckets are written as version 1 wrote them, so that nodes of both may run together.
--
-- KEYS  the buckets and sets of leases; then, except to peek, what is remembered under the id
-- ARGV  1 operation: reserve, peek (the same, charging nothing), settle, charge (takes from buckets, once for each id)
--       2 time in ms, or empty for this server's own clock
--       3 tokens: asked for (reserve, peek) or used (settle; to cancel, 0)
--       4 reserve, charge: how long it is remembered, in ms; 0 = not at all
--       5 reserve, settle: the id that leases are held under
--       then for each of KEYS its kind (r, t or c for leases; to charge, the units to take) and its limit
-- Returns 1 or 0 (admitted, settled, charged) and the level of each after the step; all KEYS are of one tenant, in one hash slot.
--
-- A bucket is "level time limit" as last written; none is a full one. A level counts 1/60000 of a request or token: a millisecond refills
-- exactly `limit` of them. Every number is an integer below 2^53, which Lua's doubles hold exactly. A set of leases has ids by the time
-- at which they expire; its level counts what is free in the same unit.

local UNIT = 60000
local LARGEST_DEBT = 4e15
local MINUTE = 60000
local LEASE = 60000
local SWEPT = 100

local operation, now, tokens, remembered, id = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local count = (#ARGV - 5) / 2
local record = KEYS[count + 1]

if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local function whole(number)
  return string.format('%.0f', number)
end

local function kind(i)
  return ARGV[4 + 2 * i]
end

local function limit_of(i)
  return tonumber(ARGV[5 + 2 * i])
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
    redis.call('SET', key, string.format('%.0f %.0f %.0f', level, at, limit), 'PX', whole(math.ceil(missing / limit) + MINUTE))
  end
end

-- What is free of a set of leases. Only those that have not expired count; the others go, so many at a time.
local function free(key, limit)
  return (limit - redis.call('ZCOUNT', key, '(' .. whole(now), '+inf')) * UNIT
end

local function sweep(key)
  local expired = redis.call('ZRANGEBYSCORE', key, '-inf', whole(now), 'LIMIT', 0, SWEPT)
  if #expired > 0 then
    redis.call('ZREM', key, unpack(expired))
  end
  -- The clock went back: nobody's lease is longer than a lease.
  for _, late in ipairs(redis.call('ZRANGEBYSCORE', key, '(' .. whole(now + LEASE), '+inf', 'LIMIT', 0, SWEPT)) do
    redis.call('ZADD', key, whole(now + LEASE), late)
  end
end

-- MGET gives nothing for what is no string, as sets of leases are.
local stored = redis.call('MGET', unpack(KEYS, 1, count))
local reply = { 1 }

-- A correction goes by the limit that the bucket has: that of the reservation may be out of date.
if operation == 'settle' or operation == 'charge' then
  local charged = redis.call('GET', record)
  local counts
  if operation == 'settle' then
    redis.call('DEL', record)
    counts = charged
  else
    redis.call('SET', record, '1', 'PX', whole(remembered))
    counts = not charged
  end
  reply[1] = counts and 1 or 0
  for i = 1, count do
    if kind(i) == 'c' then
      redis.call('ZREM', KEYS[i], id)
      reply[1 + i] = free(KEYS[i], limit_of(i))
    else
      local level, at, limit = read(stored[i])
      if not level then
        limit = limit_of(i)
        level = limit * UNIT
      end
      if counts then
        local taken = operation == 'charge' and tonumber(kind(i)) or (tokens - tonumber(charged)) * UNIT
        level = math.max(math.min(level - taken, limit * UNIT), -LARGEST_DEBT)
        write(KEYS[i], level, at, limit)
      end
      reply[1 + i] = level
    end
  end
  return reply
end

-- A bucket that was full under a former limit is full under a new one; else its level stands, within the new size.
local wanted, limits, times, changed = {}, {}, {}, {}
for i = 1, count do
  local limit = limit_of(i)
  limits[i] = limit
  if kind(i) == 'c' then
    sweep(KEYS[i])
    reply[1 + i] = free(KEYS[i], limit)
    wanted[i] = UNIT
  else
    local level, at, former, anew = read(stored[i])
    local full = limit * UNIT
    reply[1 + i] = math.min(level or full, full)
    times[i], changed[i] = at, level and (former ~= limit or anew)
    wanted[i] = (kind(i) == 'r' and 1 or tokens) * UNIT
  end
  if reply[1 + i] < wanted[i] then
    reply[1] = 0
  end
end

local admitted = reply[1] == 1
for i = 1, count do
  if admitted and operation == 'reserve' then
    reply[1 + i] = reply[1 + i] - wanted[i]
    if kind(i) == 'c' then
      redis.call('ZADD', KEYS[i], whole(now + LEASE), id)
      redis.call('PEXPIRE', KEYS[i], LEASE + MINUTE)
    else
      write(KEYS[i], reply[1 + i], times[i], limits[i])
    end
  elseif changed[i] and not admitted then
    -- It refills by its new limit, or from the new time, as the wait that the client is told supposes.
    write(KEYS[i], reply[1 + i], times[i], limits[i])
  end
end

if admitted and remembered > 0 then
  redis.call('SET', record, whole(tokens), 'PX', whole(remembered))
end

return reply
