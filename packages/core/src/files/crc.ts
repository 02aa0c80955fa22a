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

/**
 * Returns the CRC-32 of bytes (ISO 3309), the checksum of PNG files and of entries of ZIP archives.
 *
 * @example
 * import { crc32 } from '@gradus/core'
 * crc32(new TextEncoder().encode('123456789')).toString(16) // => 'cbf43926'
 */
export function crc32(bytes: Uint8Array): number {
  return crcOf(0xedb88320, bytes)
}

/**
 * Returns the CRC-32C of bytes (Castagnoli), the checksum of TFRecord files.
 *
 * @example
 * import { crc32c } from '@gradus/core'
 * crc32c(new TextEncoder().encode('123456789')).toString(16) // => 'e3069283'
 */
export function crc32c(bytes: Uint8Array): number {
  return crcOf(0x82f63b78, bytes)
}
