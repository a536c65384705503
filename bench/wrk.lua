-- Sends the requests of the file in BENCH_REQUESTS in turn: method, path, body, and names and values of headers,
-- separated by tabs.
local requests = {}
local index = 0

function init(args)
  for line in io.lines(os.getenv("BENCH_REQUESTS")) do
    local method, path, body, more = line:match("([^\t]*)\t([^\t]*)\t([^\t]*)(.*)")
    local headers = {
      ["Gitlab-Shared-Secret"] = os.getenv("BENCH_SECRET"),
      ["Content-Type"] = "application/json",
      ["Host"] = "localhost",
      ["Connection"] = "close", -- as GitLab Shell and Gitaly send it with every request
    }
    for name, value in more:gmatch("\t([^\t]*)\t([^\t]*)") do
      headers[name] = value
    end
    requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
  index = math.random(#requests)
end

function request()
  index = index % #requests + 1
  return requests[index]
end

function done(summary, latency, _)
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
