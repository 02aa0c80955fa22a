import { cpu } from '@gradus/backend-cpu'
import { Dice } from '@gradus/testing/checks'
import { beforeAll, describe, expect, it } from 'vitest'
import { kernels } from '../../backend-cpu/src/kernels.ts'
import { threefry } from '../../backend-cpu/src/random.ts'
import { useBackend } from './backend.ts'
import { computeDType, type DType, hostArray } from './dtype.ts'
import { halfBits, halfValue } from './half.ts'
import { apply } from './interpreter.ts'
import {
  type Combine,
  type ContractionRule,
  type ElementMaker,
  type ElementTools,
  type IndexArithmetic,
  type LoweredNode,
  loweringOf,
  type ReductionRule,
} from './lowering.ts'
import type { Op, Sample } from './op.ts'
import { tensor } from './ops/create.ts'
import { opSamples, paramsOf } from './samples.ts'
import { sizeOf } from './shape.ts'

// The rules do not depend on the types of indices and elements. Here indices are plain numbers, elements are numbers with a
// dtype, and every position is visited.

beforeAll(() => useBackend(cpu()))

interface Element {
  readonly dtype: DType
  readonly value: number
}

const modulo = (x: number, by: number) => x - by * Math.floor(x / by)

const index: IndexArithmetic<number> = {
  constant: (value) => value,
  plus: (a, b) => a + b,
  times: (a, factor) => a * factor,
  shifted: (a, by) => a + by,
  quotient: (a, by) => Math.floor(a / by),
  remainder: modulo,
  ravel: (coordinates, shape) => coordinates.reduce((position, at, axis) => position * shape[axis]! + at, 0),
  unravel: (position, shape) =>
    shape.map((size, axis) => modulo(Math.floor(position / sizeOf(shape.slice(axis + 1))), size)),
}

const reference = kernels()

/** The functions that are no ops. */
function ownFunction(name: string, inputs: readonly number[]): number | undefined {
  if (name === 'roundToHalf') return halfValue(halfBits(inputs[0]!))
  if (!name.startsWith('threefry')) return undefined
  const words = new Uint32Array(2)
  threefry(words, ...(inputs as [number, number, number, number]))
  const [high, low] = words as unknown as [number, number]
  return { threefryBits: (high ^ low) >>> 0, threefryHigh: high, threefryLow: low }[name]
}

const make: ElementMaker<number, Element> = {
  constant: (dtype, value) => ({ dtype: computeDType(dtype), value }),
  coordinate: (dtype, value) => ({ dtype: computeDType(dtype), value }),
  apply(of, { name }, inputs) {
    const dtype = computeDType(of)
    const own = ownFunction(
      name,
      inputs.map(({ value }) => value),
    )
    if (own !== undefined) return { dtype, value: own }
    const arrayOf = (element: Element) => ({
      data: hostArray(element.dtype, 1).fill(element.value),
      shape: [],
      dtype: element.dtype,
    })
    const output = arrayOf({ dtype, value: 0 })
    reference[name]!(output, inputs.map(arrayOf), null as never)
    return { dtype, value: output.data[0]! }
  },
  choice: (conditions, inside, outside) =>
    conditions.every(({ index: at, low, high }) => low <= at && at < high) ? inside() : outside,
  lookup({ value }, size) {
    if (!(value >= 0 && value < size)) throw new RangeError(`The position ${value} is not below ${size}.`)
    return value
  },
}

/** All positions of a shape, in row-major order. */
function positions(shape: readonly number[]): number[][] {
  return Array.from({ length: sizeOf(shape) }, (_, position) => [...index.unravel(position, shape)])
}

/** The output of an op by its rule. */
function byRule(op: Op, node: LoweredNode<never>, read: ElementTools<number, Element>['read']): number[] {
  const rule = loweringOf(op)!
  const { shape } = node.aval
  const tools = { index, make, read }
  switch (rule.kind) {
    case 'element':
      return positions(shape).map((at) => rule.element(node, at, tools).value)
    case 'reduction':
      return positions(shape).map((at) => reduced(rule, node, at, tools))
    case 'contraction':
      return contracted(rule, node, tools)
    case 'stores': {
      const output = new Array<number>(sizeOf(shape)).fill(Number.NaN)
      for (const { shape: loop, store } of rule.loops(node)) {
        for (const position of positions(loop)) {
          const { to, element, addWhere } = store(position, tools)
          const at = index.ravel(to, shape)
          if (!addWhere) output[at] = element.value
          else if (addWhere.value !== 0) output[at]! += element.value
        }
      }
      return output
    }
    case 'opaque':
      throw new Error(`${op.name} has no rule for its elements.`)
  }
}

function reduced(
  rule: ReductionRule,
  node: LoweredNode<never>,
  at: readonly number[],
  { read }: ElementTools<number, Element>,
): number {
  const sources = positions(rule.inner(node)).map((inner) => rule.source(node, at, inner, index))
  const values = sources.map(
    ({ at: from, only }) => make.choice(only, () => read(0, from), { dtype: 'int32', value: 0 }).value,
  )
  const [most, least] = [Math.max(...values), Math.min(...values)]
  const add = (a: number, b: number) => a + b
  const multiply = (a: number, b: number) => a * b
  const results: Record<Combine, () => number> = {
    sum: () => values.reduce(add, 0),
    prod: () => values.reduce(multiply, 1),
    max: () => most,
    min: () => least,
    any: () => Number(values.includes(1)),
    all: () => Number(!values.includes(0)),
    argMax: () => values.findIndex((value) => Object.is(value, most) || value === most),
    argMin: () => values.findIndex((value) => Object.is(value, least) || value === least),
  }
  return results[rule.combine]()
}

function contracted(
  rule: ContractionRule,
  node: LoweredNode<never>,
  { read }: ElementTools<number, Element>,
): number[] {
  const output = new Array<number>(sizeOf(node.aval.shape)).fill(0)
  const { batch, m, n, k } = rule.loops(node)
  for (const all of positions([...batch, ...m, ...n, ...k])) {
    const rest = [...all]
    const at = {
      batch: rest.splice(0, batch.length),
      m: rest.splice(0, m.length),
      n: rest.splice(0, n.length),
      k: rest,
    }
    const { a, b, out } = rule.coordinates(node, at, index)
    output[index.ravel(out, node.aval.shape)]! += read(0, a).value * read(1, b).value
  }
  return output
}

const primitives = opSamples.filter(({ op }) => !op.inline)

it('there is a rule for every primitive, and for no composite but elementwise ones', () => {
  expect(primitives.length).toBeGreaterThan(70)
  expect(primitives.filter(({ op }) => !loweringOf(op)).map(({ op }) => op.name)).toEqual([])
  const composites = opSamples.filter(({ op }) => op.inline && !op.elementwise)
  expect(composites.filter(({ op }) => loweringOf(op)).map(({ op }) => op.name)).toEqual([])
  expect(loweringOf({ name: 'acme/unheardOf', shape: ([x]) => x! })).toBeUndefined()
})

describe('the element of a rule at every position is that of the op', () => {
  const cases = primitives.flatMap(({ op, samples }) =>
    loweringOf(op)!.kind === 'opaque' ? [] : samples.map((sample, number) => ({ op, sample, number })),
  )

  it.each(cases)('$op.name, sample $number', ({ op, sample }: { op: Op; sample: Sample }) => {
    const dice = new Dice(7)
    const inputs = sample.inputs.map(({ shape, dtype = 'float', values, low = -2, high = 2 }) => {
      const own = dtype === 'float' ? 'float32' : dtype
      const random = () => (own === 'float32' ? low + (high - low) * dice.next() : dice.whole(Math.max(0, low), high))
      return tensor(values ? [...values] : Array.from({ length: sizeOf(shape) }, random), { shape, dtype: own })
    })
    const params = paramsOf(sample, inputs)
    const expected = apply(op, inputs, params)
    const rule = loweringOf(op)!
    if (rule.kind === 'contraction' && rule.covers?.(params as never) === false) {
      const rewritten = rule.rewrite!(inputs, params as never)
      expect(rewritten.shape).toEqual(expected.shape)
      expectNear(rewritten.dataSync(), expected.dataSync())
      return
    }
    const { shape, dtype } = expected
    const node = { op, params: params as never, aval: { shape, dtype }, inputs }
    const data = inputs.map((input) => input.dataSync())
    const actual = byRule(op, node, (input, at) => {
      const { shape: from, dtype: of } = inputs[input]!
      at.forEach((coordinate, axis) => expect([coordinate >= 0, coordinate < from[axis]!]).toEqual([true, true]))
      return { dtype: computeDType(of), value: data[input]![index.ravel(at, from)]! }
    })
    expectNear(actual, expected.dataSync())
  })
})

function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) {
    const [found, wanted] = [actual[i]!, expected[i]!]
    if (Object.is(found, wanted) || Math.abs(found - wanted) <= 1e-5 * (1 + Math.abs(wanted))) continue
    expect(found, `element ${i}`).toBe(wanted)
  }
}
