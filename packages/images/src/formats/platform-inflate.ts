import { nodeModule } from '@gradus/core'
import { Unzlib, zlibSync } from 'fflate'
import { ImageProblem } from './image-problem.ts'

interface Zlib {
  inflateSync(data: Uint8Array, options: { readonly maxOutputLength: number }): Uint8Array
  deflateSync(data: Uint8Array): Uint8Array
}

/**
 * Inflates data of zlib to exactly `length` bytes. Throws `ImageProblem` for damaged data and for another length, without more memory
 * than that.
 */
export function inflateTo(length: number, data: Uint8Array): Uint8Array {
  const zlib = nodeZlib()
  let found: number
  let result: Uint8Array
  try {
    if (zlib) {
      // one byte more tells data that are too long from those that are not
      result = zlib.inflateSync(data, { maxOutputLength: length + 1 })
      found = result.length
    } else {
      result = new Uint8Array(length)
      found = inflateInto(result, data)
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') found = length + 1
    else throw new ImageProblem(`has damaged pixel data: ${message}`, { cause: error })
    result = new Uint8Array(0)
  }
  if (found === length) return result
  throw new ImageProblem(
    found < length
      ? `ends early: it has ${found} of ${length} bytes of pixels`
      : `has more pixel data than the ${length} bytes of its size`,
  )
}

/** Inflates in pieces and stops at the first piece that does not fit. Returns the length. */
function inflateInto(result: Uint8Array, data: Uint8Array): number {
  let found = 0
  const stream = new Unzlib((piece) => {
    if (found + piece.length <= result.length) result.set(piece, found)
    found += piece.length
  })
  const step = 2 ** 14
  for (let at = 0; at < data.length && found <= result.length; at += step)
    stream.push(data.slice(at, at + step), at + step >= data.length)
  return found
}

/** Compresses bytes with zlib. */
export function deflate(data: Uint8Array): Uint8Array {
  return nodeZlib()?.deflateSync(data) ?? zlibSync(data)
}

function nodeZlib(): Zlib | undefined {
  return nodeModule('node:zlib')
}
