import { Dice } from '@gradus/testing/checks'
import { describe, expect, it } from 'vitest'
import { type Code, i32, ModuleBuilder, sequence, type ValueType, v128 } from '../../assembler/index.ts'
import { functionBodies, type Wabt } from '../wabt.ts'
import { samples, type Values } from './samples.ts'

type Vector = Uint8Array | Int32Array | Float32Array | Float64Array
type CodesOf<P extends readonly ValueType[]> = { readonly [K in keyof P]: Code<P[K]> }
type ValuesOf<P extends readonly ValueType[]> = { readonly [K in keyof P]: Values[P[K]] }

/** The result of an instruction's JavaScript reference. Vectors are compared in the lanes of the reference. */
export type Given<R extends ValueType | 'void'> = R extends 'v128' ? Vector : R extends ValueType ? Values[R] : unknown
type Outcome = number | bigint | Vector | undefined | 'trap'
type Operands = readonly Values[ValueType][]

/** An instruction with certain immediates: its text, and its results for some operands. */
export interface Trial {
  readonly takes: readonly ValueType[]
  readonly make: (...operands: Code<ValueType>[]) => Code<ValueType | 'void'>
  readonly text: readonly string[]
  readonly cases: readonly Operands[]
  readonly shared: boolean
  readonly relaxed: boolean
  /** Changes memory as the instruction does. Several results are alternatives, each of which is correct. */
  readonly outcomes: (operands: Operands, memory: DataView) => readonly Outcome[]
}

interface TrialOptions<P extends readonly ValueType[]> {
  /** The order of the operands in the code, if it differs from that of the arguments. */
  readonly order?: readonly number[]
  /** Operands to try; by default all combinations of samples. */
  readonly cases?: readonly ValuesOf<P>[]
  readonly shared?: boolean
  /** Alternative results of relaxed instructions. */
  readonly or?: (...args: [...ValuesOf<P>, DataView]) => Vector
}

/** Makes trials for instructions with operands of these types. */
export function taking<const P extends readonly ValueType[]>(...takes: P) {
  return <R extends ValueType | 'void'>(
    make: (...operands: CodesOf<P>) => Code<R>,
    text: string | readonly string[],
    is: (...args: [...ValuesOf<P>, DataView]) => Given<R> | 'trap',
    { order = takes.map((_, place) => place), cases, shared = false, or }: TrialOptions<P> = {},
  ): Trial => {
    const references = or ? [is, or] : [is]
    return {
      takes,
      make: make as unknown as Trial['make'],
      text: [...order.map((place) => `local.get ${place}`), ...(typeof text === 'string' ? [text] : text)],
      cases: (cases as readonly Operands[] | undefined) ?? combinations(takes),
      shared,
      relaxed: or !== undefined,
      outcomes: (operands, memory) =>
        references.map((reference) => {
          const args = [...operands, memory] as unknown as [...ValuesOf<P>, DataView]
          return reference(...args) as Outcome
        }),
    }
  }
}

function combinations(types: readonly ValueType[]): readonly Operands[] {
  return types.reduce<Operands[]>(
    (found, type) => found.flatMap((operands) => samples[type].map((value) => [...operands, value])),
    [[]],
  )
}

/** One or several trials for each of a group of instructions. */
export type Table<T> = { readonly [K in keyof T]: (instruction: T[K]) => Trial | readonly Trial[] }

type AnyTable = Readonly<Record<string, (instruction: unknown) => Trial | readonly Trial[]>>

/** Tests all instructions of a file; fails for an instruction that its table lacks. */
export function testInstructions<T extends object>(
  file: T,
  tables: { readonly [G in keyof T]: Table<T[G]> },
  wabt: Wabt,
) {
  const groups = Object.entries(file) as [string, Readonly<Record<string, unknown>>][]
  it('has a table for every group', () => expect(Object.keys(tables).sort()).toEqual(Object.keys(file).sort()))

  describe.each(groups)('%s', (group, instructions) => {
    const table = (tables as Readonly<Record<string, AnyTable>>)[group] ?? {}
    it('has an entry for every instruction', () => {
      expect(Object.keys(table).sort()).toEqual(Object.keys(instructions).sort())
    })

    describe.each(Object.entries(table))('%s', (name, entry) => {
      const trials = [entry(instructions[name])].flat()

      it('is encoded as specified', () => {
        for (const trial of trials) {
          expect(functionBodies(wabt.text(moduleOf(trial), allowedFor(trial)))[0]).toEqual(trial.text)
        }
      })

      it('agrees with JavaScript', ({ skip }) => {
        for (const trial of trials) {
          const bytes = moduleOf(trial)
          skip(trial.relaxed && !WebAssembly.validate(bytes), 'this engine has no relaxed SIMD')
          execute(trial, bytes)
        }
      })
    })
  })
}

const page = 65536
/** The number of bytes of the first page that are compared. They are filled, except for zeros at the end. */
const observed = 4096
export const zerosFrom = 3072
/** The addresses of vector operands and of a vector result. */
const places = { operands: page, result: page + 256 }

const isVector = (type: ValueType | 'void'): boolean => type === 'v128'
const isBytes = (value: unknown): value is Uint8Array<ArrayBuffer> => value instanceof Uint8Array

/** The type of the instruction's result. */
const resultOf = ({ takes, make }: Trial) => make(...takes.map((type): Code<ValueType> => ({ type, bytes: [] }))).type

/** Only the features that the instruction needs. */
function allowedFor(trial: Trial): Parameters<Wabt['validate']>[1] {
  const simd = [...trial.takes, resultOf(trial)].some(isVector)
  return { simd, relaxedSimd: trial.relaxed, threads: trial.shared }
}

/** A function with only the instruction, and one that the host calls: that passes vectors through memory. */
function moduleOf(trial: Trial): Uint8Array<ArrayBuffer> {
  const { takes, make, shared } = trial
  const module = new ModuleBuilder({ shared, maximumPages: 2 })
  const type = resultOf(trial)
  const inner = module.function({ params: takes, result: type }, (_, ...params) =>
    make(...(params as readonly { readonly get: Code<ValueType> }[]).map(({ get }) => get)),
  )
  const scalars = takes.filter((kind) => !isVector(kind))
  const run = module.function({ params: scalars, result: isVector(type) ? 'void' : type }, (_, ...params) => {
    const rest = [...(params as readonly { readonly get: Code<ValueType> }[])]
    const operands = takes.map((kind, place) =>
      isVector(kind) ? v128.load(i32.const(places.operands), 16 * place) : rest.shift()!.get,
    )
    const result = inner.call(...operands)
    return isVector(type) ? sequence(v128.store(i32.const(places.result), result as Code<'v128'>)) : result
  })
  module.exportFunction('run', run)
  return module.build()
}

function execute(trial: Trial, bytes: Uint8Array<ArrayBuffer>): void {
  const { cases, shared, outcomes } = trial
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2, shared })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
  const run = exports.run as (...scalars: Operands) => number | bigint | undefined
  const givesVector = isVector(resultOf(trial))
  const dice = new Dice(1)
  const contents = Uint8Array.from({ length: observed }, (_, at) => (at < zerosFrom ? dice.whole(0, 255) : 0))
  const [found, expected] = [new Uint8Array(memory.buffer, 0, observed), new Uint8Array(observed)]
  const vectors = new Uint8Array(memory.buffer, places.operands)
  for (const operands of cases) {
    found.set(contents)
    expected.set(contents)
    for (const [place, value] of operands.entries()) if (isBytes(value)) vectors.set(value, 16 * place)
    const right = outcomes(operands, new DataView(expected.buffer))
    let actual = outcomeOf(() => run(...operands.filter((value) => !isBytes(value))))
    if (givesVector && actual !== 'trap') actual = new Uint8Array(memory.buffer, places.result, 16).slice()
    const label = `of ${operands.map(String).join(' and ')}`
    const acceptable = right.map((one) => comparable(one, one))
    const values = comparable(actual, right[0])
    // if no alternative matches, the difference to the first is shown
    if (acceptable.length > 1) expect(acceptable, label).toContainEqual(values)
    else expect(values, label).toEqual(acceptable[0])
    expect(Buffer.compare(found, expected), `memory, ${label}`).toBe(0)
  }
}

function outcomeOf(run: () => Outcome): Outcome {
  try {
    return run()
  } catch (error) {
    if ((error as Error).name === 'RuntimeError') return 'trap'
    throw error
  }
}

/** The lanes of a vector, typed like `like`. */
function comparable(value: Outcome, like: Outcome): unknown {
  if (!isBytes(value)) return ArrayBuffer.isView(value) ? [...(value as Int32Array)] : value
  if (like instanceof Int32Array) return [...new Int32Array(value.buffer)]
  if (like instanceof Float32Array) return [...new Float32Array(value.buffer)]
  if (like instanceof Float64Array) return [...new Float64Array(value.buffer)]
  return [...value]
}
