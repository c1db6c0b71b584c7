const letters = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648 base32 in lower case without padding: survives what folds case. */
export function base32(bytes: Uint8Array): string {
  let out = '';
  let value = 0;
  let bits = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += letters.charAt((value >> bits) & 31);
    }
  }
  return bits > 0 ? out + letters.charAt((value << (5 - bits)) & 31) : out;
}
