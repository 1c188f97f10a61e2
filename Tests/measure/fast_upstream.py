"""A c2s server for measurements: any login succeeds, every message comes back. Takes a port, 0 for a
free one, and prints it; stops with its standard
input. It looks for substrings instead of parsing, so only our own measuring client may talk to it."""
import asyncio
import sys

HEADER = (b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
          b"from='bench.test' id='%d' version='1.0'>")
SASL = (b"<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism>"
        b"</mechanisms></stream:features>")
BIND = b"<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>"
SUCCESS = b"<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"


class Stream(asyncio.Protocol):
    count = 0

    def connection_made(self, transport):
        self.transport = transport
        self.logged_in = False

    def data_received(self, data):
        if data.startswith(b"<message"):
            self.transport.write(data)
        elif b"<stream:stream" in data:
            Stream.count += 1
            self.transport.write(HEADER % Stream.count + (BIND if self.logged_in else SASL))
        elif data.startswith(b"<auth"):
            self.logged_in = True
            self.transport.write(SUCCESS)
        elif b"</stream:stream>" in data:
            self.transport.write(b"</stream:stream>")
            self.transport.close()


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Stream, "127.0.0.1", int(sys.argv[1]), backlog=10000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
