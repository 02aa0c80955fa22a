/** The checksum of a ZIP entry. */
export function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff
  const rows = (table ??= makeTable())
  for (let i = 0; i < bytes.length; i++) sum = rows[(sum ^ bytes[i]!) & 0xff]! ^ (sum >>> 8)
  return (sum ^ 0xffffffff) >>> 0
}

let table: Uint32Array | undefined

function makeTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let row = index
    for (let bit = 0; bit < 8; bit++) row = row & 1 ? 0xedb88320 ^ (row >>> 1) : row >>> 1
    return row
  })
}
