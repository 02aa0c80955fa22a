// The cases of activations and of layers that work on the host, by their types.
import * as activations from '../activations.ts'

/** Activations that need options. */
export const activationCases: Readonly<Record<string, unknown>> = {
  threshold: activations.threshold.with({ threshold: 0.2, defaultValue: 0.1 }),
}

/** The options of a layer for text or whole numbers, and two samples; none for a layer with several inputs. */
export interface HostCase {
  readonly config: object
  readonly samples?: readonly (readonly (string | number)[])[]
}

const words = [
  ['a', 'b'],
  ['c', 'a'],
] as const

/** The cases of layers that work on the host. */
export const hostCases: Readonly<Record<string, HostCase>> = {
  HashedCrossing: { config: { numBins: 4 } },
  Hashing: { config: { numBins: 4 }, samples: words },
  IntegerLookup: {
    config: { vocabulary: [3, 5] },
    samples: [
      [3, 5],
      [7, 3],
    ],
  },
  StringLookup: { config: { vocabulary: ['a', 'b'] }, samples: words },
  TextVectorization: {
    config: { vocabulary: ['a', 'b'], outputSequenceLength: 3 },
    samples: [['a b'], ['c a b b']],
  },
}
