import { z } from 'zod';
import { duration } from './duration.ts';

const port = (byDefault: number) => z.int().min(0).max(65_535).default(byDefault);

const http = z.strictObject({
  host: z.string().min(1).default('0.0.0.0').describe('Address to listen on.'),
  port: port(8080).describe('Port of the API; 0 takes a free one.'),
  metrics_port: port(9091).describe('Second port that serves `/metrics`, `/live` and `/ready` alone.'),
  metrics_enabled: z.boolean().default(true).describe('Whether to listen on `metrics_port`.'),
  workers: z
    .int()
    .min(1)
    .max(256)
    .default(1)
    .describe('Processes that share the port. `/metrics` answers the sum of all.'),
  keep_alive_timeout: duration('65s').describe('How long an idle connection stays open.'),
  headers_timeout: duration('15s').describe('How long a client may take to send its headers.'),
  request_timeout: duration('60s').describe('How long a client may take to send a whole request.'),
  write_stall_timeout: duration('30s').describe(
    'A client that takes nothing of its answer for so long is cut off.',
  ),
  max_result_streams: z
    .int()
    .min(1)
    .max(10_000)
    .default(50)
    .describe(
      'Results that one process streams as NDJSON at a time; one more is refused with 503. Each holds its query and some megabytes until its client has read it.',
    ),
  max_change_streams: z
    .int()
    .min(1)
    .max(100_000)
    .default(1000)
    .describe('Clients that watch changes at one process at a time; one more is refused with 503.'),
  max_header_bytes: z.int().min(1024).max(1_048_576).default(16_384).describe('Largest request head, bytes.'),
  shutdown_timeout: duration('15s').describe('How long running requests may go on after SIGTERM.'),
  drain_delay: duration('0s').describe(
    'Pause between "not ready" and closing the port, for load balancers that look only now and then. From its beginning each answer carries `Connection: close`; connections that stay idle are closed half a second later at the earliest.',
  ),
  trust_proxy: z
    .boolean()
    .default(false)
    .describe("Take the client's address from `X-Forwarded-For`. Only behind a proxy that sets it."),
  cors_origins: z
    .array(z.string().min(1))
    .default([])
    .describe('Origins whose pages may call the API; `*` is any. Empty: no CORS headers.'),
});

export const serverSettings = z.strictObject({ http: http.prefault({}) });
