import { deflateRawSync, gzipSync } from 'node:zlib'

/** A file for an archive; `type` is that of tar. */
export interface Member {
  readonly name: string
  readonly data?: Uint8Array | string
  readonly type?: string
  readonly link?: string
  /** A size other than that of the data. */
  readonly size?: number
}

const bytesOf = (data: Uint8Array | string = '') => (typeof data === 'string' ? new TextEncoder().encode(data) : data)

/** A tar file. */
export function tar(members: readonly Member[]): Uint8Array {
  const parts = members.flatMap(({ name, data, type = '0', link = '', size }) => {
    const bytes = bytesOf(data)
    const header = Buffer.alloc(512)
    header.write(name, 0, 100)
    header.write('0000644\0', 100)
    header.write(`${(size ?? bytes.length).toString(8).padStart(11, '0')}\0`, 124)
    header.write('        ', 148)
    header.write(type, 156)
    header.write(link, 157, 100)
    header.write('ustar\x0000', 257)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [header, bytes, new Uint8Array((512 - (bytes.length % 512)) % 512)]
  })
  return Uint8Array.from(Buffer.concat([...parts, new Uint8Array(1024)]))
}

export const tarGz = (members: readonly Member[]) => Uint8Array.from(gzipSync(tar(members)))

/** A zip file, deflated unless `stored`. */
export function zip(members: readonly Member[], stored = false): Uint8Array {
  const locals: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let offset = 0
  for (const { name, data, size, type } of members) {
    const bytes = bytesOf(data)
    const packed = stored ? bytes : deflateRawSync(bytes)
    const local = Buffer.alloc(30 + Buffer.byteLength(name))
    local.writeUInt32LE(0x04034b50)
    local.writeUInt16LE(Buffer.byteLength(name), 26)
    local.write(name, 30)
    const entry = Buffer.alloc(46 + Buffer.byteLength(name))
    entry.writeUInt32LE(0x02014b50)
    entry.writeUInt16LE(stored ? 0 : 8, 10)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt32LE(size ?? bytes.length, 24)
    entry.writeUInt16LE(Buffer.byteLength(name), 28)
    if (type === 'link') entry.writeUInt32LE(0xa1ff0000, 38)
    entry.writeUInt32LE(offset, 42)
    entry.write(name, 46)
    locals.push(local, packed)
    directory.push(entry)
    offset += local.length + packed.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(members.length, 10)
  end.writeUInt32LE(
    directory.reduce((sum, part) => sum + part.length, 0),
    12,
  )
  end.writeUInt32LE(offset, 16)
  return Uint8Array.from(Buffer.concat([...locals, ...directory, end]))
}
