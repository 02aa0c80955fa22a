/** Returns the table of a cyclic redundancy check with 32 bits, for its polynomial in reversed bit order. */
function tableOf(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1
    return value
  })
}

const tables = new Map<number, Uint32Array>()

function crcOf(polynomial: number, bytes: Uint8Array): number {
  let table = tables.get(polynomial)
  if (!table) tables.set(polynomial, (table = tableOf(polynomial)))
  let crc = 0xffffffff
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

/** The checksum of PNG files and of zlib. */
export function crc32(bytes: Uint8Array): number {
  return crcOf(0xedb88320, bytes)
}

/** The checksum of TFRecord files (Castagnoli). */
export function crc32c(bytes: Uint8Array): number {
  return crcOf(0x82f63b78, bytes)
}
