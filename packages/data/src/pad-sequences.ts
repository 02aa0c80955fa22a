import { checkFields, DataError, describeValue, type HostArray, type NestedNumbers, toHostArray } from '@gradus/core'
import { type DType, formatShape, sameShape, sizeOf } from '@gradus/tensor'

const side = { oneOf: ['pre', 'post'] } as const
const fields = {
  maxlen: { type: 'integer', min: 0 },
  dtype: 'string',
  padding: side,
  truncating: side,
  value: 'number',
} as const

/** Options of `padSequences`, with Keras's names. */
export interface PadSequencesOptions {
  /** The length of every row; by default that of the longest sequence. */
  readonly maxlen?: number
  /** The dtype of the result (default int32). */
  readonly dtype?: DType
  /** Whether short sequences are padded before or after their values (default `pre`). */
  readonly padding?: 'pre' | 'post'
  /** Whether long sequences lose their first or their last values (default `pre`). */
  readonly truncating?: 'pre' | 'post'
  /** The padding value (default 0). */
  readonly value?: number
}

/**
 * Pads and cuts sequences of different lengths to one array `[sequences, maxlen]`, or `[sequences, maxlen, ...]` for sequences of
 * vectors or matrices. Throws `DataError` for values that do not fit the dtype, and for vectors of different lengths. Keras:
 * `utils.pad_sequences`.
 *
 * @example
 * import { padSequences } from '@gradus/data'
 * padSequences([[1], [2, 3]]).data // => [0, 1, 2, 3]
 */
export function padSequences(
  sequences: readonly (ArrayLike<number> | readonly NestedNumbers[])[],
  options: PadSequencesOptions = {},
): HostArray {
  checkFields('padSequences', options, fields)
  const { maxlen, dtype = 'int32', padding = 'pre', truncating = 'pre', value = 0 } = options
  if (!Array.isArray(sequences))
    throw new DataError(`padSequences takes a list of sequences, and got ${describeValue(sequences)}.`)
  const wrong = sequences.findIndex((sequence) => typeof sequence?.length !== 'number')
  if (wrong >= 0) {
    throw new DataError(
      `padSequences: sequences[${wrong}] is ${describeValue(sequences[wrong])}; expected a list of numbers, as in padSequences([[1], [2, 3]]).`,
    )
  }
  const length = maxlen ?? sequences.reduce((most, sequence) => Math.max(most, sequence.length), 0)
  const first = sequences.find((sequence) => sequence.length > 0)
  if (first && typeof first[0] === 'object')
    return ofVectors(sequences, first as readonly NestedNumbers[], length, options)
  const values = new Float64Array(sequences.length * length).fill(value)
  sequences.forEach((sequence, row) => {
    const count = Math.min(sequence.length, length)
    const from = truncating === 'pre' ? sequence.length - count : 0
    const to = row * length + (padding === 'pre' ? length - count : 0)
    for (let i = 0; i < count; i++) {
      const number = sequence[from + i]!
      if (typeof number !== 'number')
        throw new DataError(`sequences[${row}][${from + i}] is ${JSON.stringify(number)}; expected a number.`)
      values[to + i] = number
    }
  })
  return toHostArray({ data: values, shape: [sequences.length, length], dtype: 'float64' }, 'padded sequences', dtype)
}

/** Pads sequences of which the elements are vectors, matrices or more. */
function ofVectors(
  sequences: readonly (ArrayLike<number> | readonly NestedNumbers[])[],
  first: readonly NestedNumbers[],
  length: number,
  { dtype = 'int32', padding = 'pre', truncating = 'pre', value = 0 }: PadSequencesOptions,
): HostArray {
  const arrays = (sequence: ArrayLike<number> | readonly NestedNumbers[], name: string) =>
    toHostArray(sequence as readonly NestedNumbers[], name, 'float64')
  const inner = arrays(first, 'sequences[0]').shape.slice(1)
  const width = sizeOf(inner)
  const values = new Float64Array(sequences.length * length * width).fill(value)
  sequences.forEach((sequence, row) => {
    if (sequence.length === 0) return
    const { data, shape } = arrays(sequence, `sequences[${row}]`)
    if (!sameShape(shape.slice(1), inner)) {
      throw new DataError(
        `sequences[${row}] has elements of the shape ${formatShape(shape.slice(1))}; expected ${formatShape(inner)}, as in those before it.`,
      )
    }
    const count = Math.min(shape[0]!, length)
    const from = truncating === 'pre' ? shape[0]! - count : 0
    const to = row * length + (padding === 'pre' ? length - count : 0)
    values.set(data.subarray(from * width, (from + count) * width) as Float64Array, to * width)
  })
  const shape = [sequences.length, length, ...inner]
  return toHostArray({ data: values, shape, dtype: 'float64' }, 'padded sequences', dtype)
}
