import type { DataName, Settings } from '../settings/settings.ts'
import { brightest, loadDigits, noisyDigit, side } from './digits.ts'
import { circles, curve, moons, type Sample, sideEffects, spiral, xor } from './generators.ts'
import { randomNumbers, shuffled } from './random.ts'

/** Samples to train or test on. */
export interface Samples {
  readonly x: readonly (readonly number[])[]
  readonly y: readonly number[]
}

/** The kind, the inputs and the outputs of a data set. */
interface Form {
  readonly kind: 'classes' | 'number'
  readonly inputs: readonly string[]
  /** The names of the classes, or the name of the predicted number. */
  readonly outputs: readonly string[]
}

/** A data set, split into training and test samples. */
export interface Problem extends Form {
  readonly data: DataName
  readonly train: Samples
  readonly test: Samples
}

const generators = { 'side-effects': sideEffects, circles, xor, spiral, moons, curve }

const plane: Form = { kind: 'classes', inputs: ['x', 'y'], outputs: ['blue', 'orange'] }
const pixelNames = Array.from({ length: side * side }, (_, i) => `pixel ${Math.floor(i / side) + 1}/${(i % side) + 1}`)

const forms: Record<DataName, Form> = {
  'side-effects': { kind: 'classes', inputs: ['age'], outputs: ['no side effects', 'side effects'] },
  circles: plane,
  xor: plane,
  spiral: plane,
  moons: plane,
  digits: { kind: 'classes', inputs: pixelNames, outputs: Array.from('0123456789') },
  curve: { kind: 'number', inputs: ['x'], outputs: ['y'] },
  own: plane,
}

/** A plane without points, shown before a run is open. */
export const emptyProblem: Problem = { ...plane, data: 'own', train: { x: [], y: [] }, test: { x: [], y: [] } }

/** The samples of the chosen data set, shuffled and split. Equal settings give equal samples. */
export async function makeProblem(settings: Settings): Promise<Problem> {
  const { data, seed, trainShare } = settings
  const random = randomNumbers(seed)
  const rows = shuffled((await samplesOf(settings, random)).map(rounded), random)
  const cut = Math.min(rows.length, Math.max(1, Math.round(rows.length * trainShare)))
  return { ...forms[data], data, train: split(rows.slice(0, cut)), test: split(rows.slice(cut)) }
}

async function samplesOf({ data, noise, points }: Settings, random: () => number): Promise<readonly Sample[]> {
  if (data === 'own') return points
  if (data !== 'digits') return generators[data](random, noise)
  const digits = (await loadDigits()).map((digit) => noisyDigit(digit, random, noise))
  return digits.map((digit) => [...digit.slice(0, -1).map((pixel) => pixel / brightest), digit.at(-1)!])
}

// Few digits, so that the samples can be written into a program without loss.
const rounded = (sample: Sample): Sample => sample.map((value) => Math.round(value * 1e4) / 1e4)

const split = (rows: readonly Sample[]): Samples => ({
  x: rows.map((row) => row.slice(0, -1)),
  y: rows.map((row) => row.at(-1)!),
})
