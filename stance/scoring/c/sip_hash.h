/* SipHash-1-3, the keyed hash that Python itself uses for str.

   Words come from strangers. Who knows a hash can choose words that all fall into one slot, and
   then each look-up takes as long as there are words. Without the secret, which each process draws
   anew, nobody can.

   Aumasson and Bernstein (2012). SipHash: a fast short-input PRF. INDOCRYPT. */

#ifndef STANCE_SIP_HASH_H
#define STANCE_SIP_HASH_H

#include "common.h"

typedef struct {
    uint64_t low, high;
} HashSecret;

static HashSecret hash_secret;

/* Draw the secret of this process. Return 0 with an error set if that fails. */
static int draw_hash_secret(void)
{
    PyObject *os = PyImport_ImportModule("os");
    PyObject *bytes = os ? PyObject_CallMethod(os, "urandom", "i", (int)sizeof hash_secret) : NULL;
    if (bytes)
        memcpy(&hash_secret, PyBytes_AS_STRING(bytes), sizeof hash_secret);
    Py_XDECREF(os);
    Py_XDECREF(bytes);
    return bytes != NULL;
}

/* Load up to 8 of the `length` bytes, padded with zeros; `n_readable` bytes may be read.

   Where 8 bytes can be read, one load and a mask replace a copy of variable length. Of "truce for",
   length 5, the load gives "truce fo"; on a little-endian machine the first 5 bytes are the low 40
   bits, which ((1 << 8 * 5) - 1) keeps. */
static ALWAYS_INLINE uint64_t load_bytes(const char *bytes, size_t length, size_t n_readable)
{
    uint64_t value = 0;
    if (length >= 8) {
        memcpy(&value, bytes, 8);
        return value;
    }
    if (IS_LITTLE_ENDIAN && n_readable >= 8) {
        memcpy(&value, bytes, 8);
        return value & (((uint64_t)1 << 8 * length) - 1);
    }
    memcpy(&value, bytes, length);
    return value;
}

static ALWAYS_INLINE uint64_t rotate(uint64_t value, int n_bits)
{
    return value << n_bits | value >> (64 - n_bits);
}

static ALWAYS_INLINE void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

static ALWAYS_INLINE void sip_take(uint64_t v[4], uint64_t block)
{
    v[3] ^= block;
    sip_round(v);
    v[0] ^= block;
}

/* Hash a string; `n_readable` bytes may be read from its start. */
static ALWAYS_INLINE uint64_t sip_hash(const char *bytes, size_t length, size_t n_readable,
                                       HashSecret secret)
{
    uint64_t v[4] = {secret.low ^ 0x736f6d6570736575u, secret.high ^ 0x646f72616e646f6du,
                     secret.low ^ 0x6c7967656e657261u, secret.high ^ 0x7465646279746573u};
    size_t i = 0;
    for (; length - i >= 8; i += 8)
        sip_take(v, load_bytes(bytes + i, 8, n_readable - i));
    uint64_t rest = length == i ? 0 : load_bytes(bytes + i, length - i, n_readable - i);
    sip_take(v, (uint64_t)length << 56 | rest);
    v[2] ^= 0xff;
    sip_round(v);
    sip_round(v);
    sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

#endif
