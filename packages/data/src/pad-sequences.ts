import { checkFields, DataError, describeValue, type HostArray, toHostArray } from '@gradus/core'
import type { DType } from '@gradus/tensor'

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
 * Pads and cuts sequences of different lengths to one array `[sequences, maxlen]`. Throws `DataError` for values that do not fit
 * the dtype. Keras: `utils.pad_sequences`.
 *
 * @example
 * import { padSequences } from '@gradus/data'
 * padSequences([[1], [2, 3]]).data // => [0, 1, 2, 3]
 */
export function padSequences(sequences: readonly ArrayLike<number>[], options: PadSequencesOptions = {}): HostArray {
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
