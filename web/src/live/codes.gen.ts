// Generated from server/live/codes.go by go generate. Do not edit.
// Close codes of the live connection. 4000–4499: come back; 4500–4999: do not.
export const closeCodes = {
  4000: { name: 'going_away', reconnect: true },
  4001: { name: 'slow_reader', reconnect: true },
  4002: { name: 'no_pong', reconnect: true },
  4003: { name: 'stale', reconnect: true },
  4500: { name: 'signed_out', reconnect: false },
  4501: { name: 'bad_frame', reconnect: false },
  4502: { name: 'too_many_sockets', reconnect: false },
  4503: { name: 'unsupported', reconnect: false },
  4504: { name: 'frame_too_large', reconnect: false },
} as const
