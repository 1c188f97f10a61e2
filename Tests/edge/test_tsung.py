"""Tsung from Debian, a client of the WebSocket framing before RFC 7395: users log in, chat and leave through the edge on Prosody."""

from prosody import Prosody

from harness import tsung
from harness.edge import Edge, eventually

USERS = 20
ABSENT = 4  # accounts for which messages have to be kept

# Users come at random, 20 a second: within 20 seconds all are there, and the load ends when they have left.
#
# Tsung takes one message out of what came with one read, and the next only when more bytes come. So whether a login was right
# shows some answers later: the roster is asked for until an answer names the resource that was bound.
SCENARIO = """<?xml version="1.0"?>
<!DOCTYPE tsung SYSTEM "/usr/share/tsung/tsung-1.0.dtd">
<tsung loglevel="notice" version="1.0">
  <clients><client host="localhost" use_controller_vm="true"/></clients>
  <servers><server host="127.0.0.1" port="{port}" type="websocket"/></servers>
  <load><arrivalphase phase="1" duration="20" unit="second"><users maxnumber="{users}" arrivalrate="20" unit="second"/></arrivalphase></load>
  <options>
    <option name="websocket_path" value="/ws"/>
    <option name="websocket_frame" value="text"/>
    <option name="websocket_subprotocols" value="xmpp"/>
    <option type="ts_jabber" name="global_number" value="{users}"/>
    <option type="ts_jabber" name="userid_max" value="{accounts}"/>
    <option type="ts_jabber" name="domain" value="edge.test"/>
    <option type="ts_jabber" name="username" value="user"/>
    <option type="ts_jabber" name="passwd" value="pass"/>
  </options>
  <sessions>
    <session name="chat" probability="100" type="ts_jabber">
      <request><match do="abort" when="nomatch">stream:stream id="[^"]+" xmlns:stream</match><jabber type="connect" ack="local"/></request>
      <transaction name="authenticate">
        <request><jabber type="auth_sasl" ack="local"/></request>
        <request><jabber type="connect" ack="local"/></request>
        <request><jabber type="auth_sasl_bind" ack="local"/></request>
        <request>
          <match do="loop" sleep_loop="1" max_loop="8" when="nomatch">@edge.test/tsung</match>
          <jabber type="iq:roster:get" ack="local"/>
        </request>
      </transaction>
      <request><jabber type="presence:initial" ack="no_ack"/></request>
      <thinktime value="wait_global"/>
      <request><jabber type="chat" ack="no_ack" size="16" destination="online"/></request>
      <request><jabber type="chat" ack="no_ack" size="56" destination="offline"/></request>
      <thinktime value="1"/>
      <request><jabber type="close" ack="local"/></request>
    </session>
  </sessions>
</tsung>
"""


def make_accounts(server: Prosody) -> None:
    """As files: Prosody takes a password in clear at the first login, and prosodyctl would take a second for each."""
    folder = server.folder / "data" / "edge%2etest" / "accounts"
    folder.mkdir(parents=True)
    for number in range(1, USERS + ABSENT + 1):
        (folder / f"user{number}.dat").write_text(f'return {{ ["password"] = "pass{number}"; }};\n')


def test_WX_027_WX_028_WX_029_tsung_logs_in_chats_and_leaves_without_an_error(tmp_path):
    # Its Origin field is the bare host, which is no origin.
    environment = {"XMPP_EDGE_WEBSOCKET_DRAFT": "true", "XMPP_EDGE_ALLOWED_ORIGINS": "*"}
    with (Prosody("edge.test", {}) as server,
          Edge(f"127.0.0.1:{server.port}", environment=environment, options=("--log-format", "json")) as edge):
        make_accounts(server)
        scenario = SCENARIO.format(port=edge.address[1], users=USERS, accounts=USERS + ABSENT)
        figures = tsung.run(tmp_path, scenario)
        assert not [name for name in figures if name.startswith("error")], figures
        assert figures["users_count"][-1] == figures["finish_users_count"][-1] == USERS
        # The stream's header and the bound resource, once for each user.
        assert figures["match"][-1] == 2 * USERS, figures
        assert eventually(lambda: len(edge.ends()) >= USERS), edge.log()
        ends = edge.ends()
        assert [record["reason"] for record in ends] == ["client-closed"] * USERS, ends
        assert all(record["messages_sent"] >= 7 for record in ends)
