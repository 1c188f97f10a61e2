-- What XMPP Edge needs of Prosody: the client port on loopback, and logins there without TLS, which the edge speaks towards
-- browsers. To be included in prosody.cfg.lua; the edge has in its configuration:
--   upstreams: ["example.org=127.0.0.1:5222"]
-- Prosody itself does not take PROXY headers: its log and its limits see the edge's address, the edge's own the browser's.
c2s_interfaces = { "127.0.0.1" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
-- Not below limits.stanza of the edge.
c2s_stanza_size_limit = 256 * 1024
