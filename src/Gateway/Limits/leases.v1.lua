-- Leases of requests that still run, made to last from now, version 1. One that has expired, or that this server has forgotten, is held anew.
--
-- KEYS  sets of leases, of one tenant
-- ARGV  1 time in ms, or empty for this server's own clock
--       then for each set the number of ids, and the ids
-- Returns 1.

local LEASE = 60000
local MINUTE = 60000

local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local expires = string.format('%.0f', now + LEASE)
local at = 2
for _, key in ipairs(KEYS) do
  local last = at + tonumber(ARGV[at])
  for i = at + 1, last do
    redis.call('ZADD', key, expires, ARGV[i])
  end
  redis.call('PEXPIRE', key, LEASE + MINUTE)
  at = last + 1
end

return { 1 }
