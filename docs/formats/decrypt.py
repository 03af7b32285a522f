#!/usr/bin/env python3
"""Decrypts a CodeB encrypted container (version 1) without CodeB.

    decrypt.py KEYRING < postgres.dump.zst.enc | zstd -d > postgres.dump

Needs python3 and OpenSSL's libcrypto (1.1 or 3), nothing else. KEYRING is the key ring's file: one id:base64 a line.
Nothing is written before its chunk has proven genuine; exit code 0 only if the whole file was.
The format is described in encrypted-container.md.
"""
import base64
import ctypes
import ctypes.util
import struct
import sys

HEADER, TAG, MAGIC = 108, 16, b"CODEBENC"


def load_libcrypto():
    for name in ("libcrypto.so.3", "libcrypto.so.1.1", ctypes.util.find_library("crypto")):
        try:
            library = ctypes.CDLL(name) if name else None
        except OSError:
            continue
        if library:
            library.EVP_CIPHER_CTX_new.restype = ctypes.c_void_p
            library.EVP_aes_256_gcm.restype = ctypes.c_void_p
            return library
    sys.exit("decrypt: OpenSSL's libcrypto is not installed (Debian: apt-get install libssl3)")


CRYPTO = load_libcrypto()


def open_gcm(key, nonce, sealed, associated=b""):
    """The plain text of ciphertext || tag, or None if it is not genuine."""
    text, tag = sealed[:-TAG], sealed[-TAG:]
    context = ctypes.c_void_p(CRYPTO.EVP_CIPHER_CTX_new())
    try:
        out, size = ctypes.create_string_buffer(len(text) + TAG), ctypes.c_int()
        CRYPTO.EVP_DecryptInit_ex(context, ctypes.c_void_p(CRYPTO.EVP_aes_256_gcm()), None, key, nonce)
        if associated:
            CRYPTO.EVP_DecryptUpdate(context, None, ctypes.byref(size), associated, len(associated))
        if text:
            CRYPTO.EVP_DecryptUpdate(context, out, ctypes.byref(size), text, len(text))
        CRYPTO.EVP_CIPHER_CTX_ctrl(context, 0x11, TAG, ctypes.create_string_buffer(tag, TAG))
        tail = ctypes.create_string_buffer(TAG)
        good = CRYPTO.EVP_DecryptFinal_ex(context, tail, ctypes.byref(size)) == 1
        return out.raw[: len(text)] if good else None
    finally:
        CRYPTO.EVP_CIPHER_CTX_free(context)


def read_ring(path):
    with open(path, encoding="ascii") as file:
        lines = [line.strip() for line in file]
    return {line.split(":", 1)[0]: base64.b64decode(line.split(":", 1)[1]) for line in lines if line and line[0] != "#"}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    ring, source, target = read_ring(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer
    header = source.read(HEADER)
    if len(header) < HEADER or header[:8] != MAGIC:
        sys.exit("decrypt: not an encrypted container")
    version, chunk_bytes = struct.unpack(">H", header[8:10])[0], struct.unpack(">I", header[12:16])[0]
    if version != 1 or not 1024 <= chunk_bytes <= 1024 * 1024:
        sys.exit("decrypt: an unknown version or an impossible chunk size")
    key_id = header[16:48].rstrip(b"\0").decode("ascii", "replace")
    if key_id not in ring:
        sys.exit(f"decrypt: the key ring does not hold the key '{key_id}'")
    file_key = open_gcm(ring[key_id], header[48:60], header[60:108], header[:60])
    if file_key is None:
        sys.exit("decrypt: the header was altered, or the key is another one")

    ahead, number = source.read(chunk_bytes + TAG), 0
    while True:
        block, ahead = ahead, source.read(chunk_bytes + TAG) if len(ahead) == chunk_bytes + TAG else b""
        last = not ahead
        plain = open_gcm(file_key, number.to_bytes(11, "big") + bytes([last]), block) if len(block) >= TAG else None
        if plain is None or (last and number > 0 and not plain):
            sys.exit(f"decrypt: chunk {number} is altered, cut short or not in its place")
        target.write(plain)
        if last:
            target.flush()
            return
        number += 1


main()
