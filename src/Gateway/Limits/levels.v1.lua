-- How buckets and leases stand, version 1: what limits.v2.lua keeps, read and not changed.
--
-- KEYS  the buckets and sets of leases, of one tenant
-- ARGV  1 time in ms, or empty for this server's own clock
--       then for each of KEYS its kind (r, t or c for leases) and its limit
-- Returns 1 and the level of each.

local UNIT = 60000

local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

-- A bucket that was full under a former limit is full under a new one; else its level stands, within the new size.
local function level_of(stored, limit)
  local full = limit * UNIT
  if not stored then
    return full
  end
  local level, at, former = string.match(stored, '^(%S+) (%S+) (%S+)$')
  level = tonumber(level) + math.max(0, now - tonumber(at)) * tonumber(former)
  return level >= tonumber(former) * UNIT and full or math.min(level, full)
end

local reply = { 1 }
for i, key in ipairs(KEYS) do
  local limit = tonumber(ARGV[2 * i + 1])
  if ARGV[2 * i] == 'c' then
    reply[1 + i] = (limit - redis.call('ZCOUNT', key, string.format('(%.0f', now), '+inf')) * UNIT
  else
    reply[1 + i] = level_of(redis.call('GET', key), limit)
  end
end

return reply
