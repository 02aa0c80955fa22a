import type { Settings } from '../settings/settings.ts'
import { circles, curve, moons, type Sample, sideEffects, spiral, xor } from './generators.ts'
import { randomNumbers, shuffled } from './random.ts'

/** Samples in the form that is trained on. */
export interface Samples {
  readonly x: readonly (readonly number[])[]
  readonly y: readonly number[]
}

/** What a network is to learn. */
export interface Problem {
  readonly kind: 'classes' | 'number'
  readonly inputs: readonly string[]
  /** Names of the classes, or of the one number. */
  readonly outputs: readonly string[]
  readonly train: Samples
  readonly test: Samples
}

const generators = { 'side-effects': sideEffects, circles, xor, spiral, moons, curve }

/** The samples of the chosen data set, shuffled and split. The same settings give the same samples. */
export function makeProblem({ data, noise, trainShare, seed, points }: Settings): Problem {
  const random = randomNumbers(seed)
  const samples: readonly Sample[] = data === 'own' ? points : generators[data](random, noise)
  const rows = shuffled(samples.map(rounded), random)
  const cut = Math.min(rows.length, Math.max(1, Math.round(rows.length * trainShare)))
  return {
    kind: data === 'curve' ? 'number' : 'classes',
    inputs: data === 'side-effects' ? ['age'] : data === 'curve' ? ['x'] : ['x', 'y'],
    outputs:
      data === 'side-effects' ? ['no side effects', 'side effects'] : data === 'curve' ? ['y'] : ['blue', 'orange'],
    train: split(rows.slice(0, cut)),
    test: split(rows.slice(cut)),
  }
}

// Few digits, so that the samples can be written into a program as they are.
const rounded = (sample: Sample): Sample => sample.map((value) => Math.round(value * 1e4) / 1e4)

const split = (rows: readonly Sample[]): Samples => ({
  x: rows.map((row) => row.slice(0, -1)),
  y: rows.map((row) => row.at(-1)!),
})
