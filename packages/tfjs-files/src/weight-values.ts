import { FormatError } from '@gradus/core'
import { strayFile } from '@gradus/core/files'
import { decodeValues } from '@gradus/io'
import type { TypedArray } from '@gradus/tensor'
import { bytesOf, type WeightSpec } from './weight-spec.ts'

/** A weight of a file with its values. */
export interface NamedWeight extends WeightSpec {
  readonly data: TypedArray
}

/** Reads weights that stand one after the other. `place` begins the message for more or fewer bytes: `The file 'a.bin' has`. Throws `FormatError` for them. */
export function decodeWeights(specs: readonly WeightSpec[], bytes: Uint8Array, place: string): NamedWeight[] {
  const needed = specs.reduce((total, spec) => total + bytesOf(spec), 0)
  if (bytes.length !== needed) {
    throw new FormatError(
      `${place} ${bytes.length} bytes, and the weights need ${needed}.${guess(bytes)} Get the files again, all from one save of the model.`,
    )
  }
  let offset = 0
  return specs.map((spec) => {
    // a copy, because numbers must be aligned
    const stored = bytes.slice(offset, offset + bytesOf(spec))
    offset += stored.length
    return { ...spec, data: valuesOf(spec, stored) }
  })
}

/** What bytes may be that are no weights. */
function guess(bytes: Uint8Array): string {
  const found = strayFile(bytes)
  if (found === 'html') return ' They are an HTML page, which servers send where there is no such file.'
  return found ? ' They are a pointer of Git LFS: run git lfs pull.' : ''
}

function valuesOf({ name, dtype, quantization }: WeightSpec, stored: Uint8Array<ArrayBuffer>): TypedArray {
  const fail = (problem: string) => new FormatError(`The weight '${name}' ${problem}`)
  if (!quantization) {
    const type = dtype === 'float32' ? 'F32' : dtype === 'int32' ? 'I32' : 'BOOL'
    return decodeValues(stored, type, fail).data
  }
  const { dtype: small, scale, min } = quantization
  if (small === 'float16') return decodeValues(stored, 'F16', fail).data
  const whole = decodeValues(stored, small === 'uint8' ? 'U8' : 'U16', fail).data
  const values = dtype === 'float32' ? new Float32Array(whole.length) : new Int32Array(whole.length)
  for (let i = 0; i < values.length; i++) {
    const value = Number(whole[i]) * scale + min
    values[i] = dtype === 'float32' ? value : Math.round(value)
  }
  return values
}

/** The bytes of weights one after the other. */
export function encodeWeights(weights: readonly { readonly data: TypedArray }[]): Uint8Array<ArrayBuffer> {
  const total = weights.reduce((sum, { data }) => sum + data.byteLength, 0)
  const bytes = new Uint8Array(total)
  let offset = 0
  for (const { data } of weights) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset)
    offset += data.byteLength
  }
  return bytes
}
