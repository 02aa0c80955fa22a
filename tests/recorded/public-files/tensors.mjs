import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes lists of tensors `{ shape, data }` to a folder: NAME.json has the shapes, NAME.bin the float32 numbers, one after the other. */
export function writeTensors(folder, lists) {
  for (const [name, tensors] of Object.entries(lists)) {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(tensors.map(({ shape }) => shape)))
    const bytes = tensors.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength))
    writeFileSync(join(folder, `${name}.bin`), Buffer.concat(bytes))
  }
}

/** Reads the tensors of `writeTensors`. */
export function readTensors(folder, name) {
  const bytes = new Uint8Array(readFileSync(join(folder, `${name}.bin`)))
  let offset = 0
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')).map((shape) => {
    const length = shape.reduce((size, dimension) => size * dimension, 1)
    const data = new Float32Array(bytes.buffer, offset, length)
    offset += data.byteLength
    return { shape, dtype: 'float32', data }
  })
}
