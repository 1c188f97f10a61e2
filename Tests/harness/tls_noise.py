"""What no client library sends: changes of keys and refused renegotiations without end. Drives OpenSSL's own functions."""

import ctypes
import ctypes.util
import hashlib
import hmac
import socket
from typing import Any

from harness.wire import PATIENCE

TLS1_2, TLS1_3 = 0x0303, 0x0304
SET_MIN, SET_MAX = 123, 124  # SSL_CTRL_SET_MIN_PROTO_VERSION and the other
GET_TAG = 0x10  # EVP_CTRL_AEAD_GET_TAG


def library(name: str) -> Any:
    found = ctypes.CDLL(ctypes.util.find_library(name) or f"lib{name}.so.3")
    for function in (
        "TLS_client_method", "SSL_CTX_new", "SSL_new", "SSL_get_session", "BIO_s_mem", "BIO_new", "EVP_aes_128_gcm", "EVP_CIPHER_CTX_new"):
        if hasattr(found, function):
            getattr(found, function).restype = ctypes.c_void_p
    return found


class TLSClient:
    """A connection over memory: `socket` carries what OpenSSL wrote."""

    def __init__(self, address: tuple[str, int], version: int):
        self.ssl, self.crypto = library("ssl"), library("crypto")
        self.socket = socket.socket()
        # Few answers fit into the kernel's buffers: they pile up at the other side.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(address)
        context = ctypes.c_void_p(self.ssl.SSL_CTX_new(ctypes.c_void_p(self.ssl.TLS_client_method())))
        for command in (SET_MIN, SET_MAX):
            self.ssl.SSL_CTX_ctrl(context, command, ctypes.c_long(version), None)
        self.ssl.SSL_CTX_set_cipher_list(context, b"ECDHE-ECDSA-AES128-GCM-SHA256")
        self.connection = ctypes.c_void_p(self.ssl.SSL_new(context))
        self.input, self.output = (
            ctypes.c_void_p(self.crypto.BIO_new(ctypes.c_void_p(self.crypto.BIO_s_mem()))) for _ in range(2))
        self.ssl.SSL_set_bio(self.connection, self.input, self.output)
        self.ssl.SSL_set_connect_state(self.connection)
        while self.ssl.SSL_do_handshake(self.connection) != 1:
            self.socket.sendall(self.written())
            self.read()
        self.socket.sendall(self.written())

    def written(self) -> bytes:
        buffer = ctypes.create_string_buffer(1 << 16)
        parts = []
        while (count := self.crypto.BIO_read(self.output, buffer, len(buffer))) > 0:
            parts.append(buffer.raw[:count])
        return b"".join(parts)

    def read(self) -> bytes:
        """Plain bytes, after one more piece from the network."""
        data = self.socket.recv(1 << 16)
        assert data, "the other side closed"
        self.crypto.BIO_write(self.input, data, len(data))
        buffer = ctypes.create_string_buffer(1 << 16)
        count = self.ssl.SSL_read(self.connection, buffer, len(buffer))
        return buffer.raw[:max(count, 0)]

    def seal(self, data: bytes) -> bytes:
        assert self.ssl.SSL_write(self.connection, data, len(data)) == len(data)
        return self.written()

    def key_changes(self, count: int) -> bytes:
        """Records that change our keys and ask the other side to change its own (RFC 8446 section 4.6.3)."""
        for _ in range(count):
            assert self.ssl.SSL_key_update(self.connection, 1) == 1
            assert self.ssl.SSL_do_handshake(self.connection) == 1
        return self.written()

    # TLS 1.2 by hand: OpenSSL itself asks for one renegotiation at a time.

    def renegotiations(self, count: int, first: int) -> bytes:
        """Records with the beginning of a ClientHello, which is refused by a warning each; `first` is the record's number."""
        if first == 1:
            self._derive()
        return b"".join(self._record(number) for number in range(first, first + count))

    def _derive(self) -> None:
        secret = ctypes.create_string_buffer(48)
        session = ctypes.c_void_p(self.ssl.SSL_get_session(self.connection))
        assert self.ssl.SSL_SESSION_get_master_key(session, secret, 48) == 48
        randoms = []
        for function in (self.ssl.SSL_get_server_random, self.ssl.SSL_get_client_random):
            random = ctypes.create_string_buffer(32)
            function(self.connection, random, 32)
            randoms.append(random.raw)
        seed = b"key expansion" + b"".join(randoms)  # RFC 5246 section 6.3
        block, step = b"", seed
        while len(block) < 40:
            step = hmac.digest(secret.raw, step, hashlib.sha256)
            block += hmac.digest(secret.raw, step + seed, hashlib.sha256)
        self.salt = block[32:36]
        self.cipher = ctypes.c_void_p(self.crypto.EVP_CIPHER_CTX_new())
        kind = ctypes.c_void_p(self.crypto.EVP_aes_128_gcm())
        assert self.crypto.EVP_EncryptInit_ex(self.cipher, kind, None, block[:16], None) == 1
        self.sealed, self.tag, self.size = ctypes.create_string_buffer(16), ctypes.create_string_buffer(16), ctypes.c_int()

    def _record(self, number: int) -> bytes:
        nonce = number.to_bytes(8, "big")
        size = ctypes.byref(self.size)
        self.crypto.EVP_EncryptInit_ex(self.cipher, None, None, None, self.salt + nonce)
        self.crypto.EVP_EncryptUpdate(self.cipher, None, size, nonce + b"\x16\x03\x03\x00\x04", 13)
        self.crypto.EVP_EncryptUpdate(self.cipher, self.sealed, size, b"\x01\x00\x00\x00", 4)
        self.crypto.EVP_EncryptFinal_ex(self.cipher, self.tag, size)
        self.crypto.EVP_CIPHER_CTX_ctrl(self.cipher, GET_TAG, 16, self.tag)
        return b"\x16\x03\x03\x00\x1c" + nonce + self.sealed.raw[:4] + self.tag.raw

    def close(self) -> None:
        self.socket.close()
