import { power, erf as preciseErf } from '@gradus/tensor/numeric'
import { expect, it } from 'vitest'
import { doWhile, type F64, i32, increase, ModuleBuilder, Temporaries, type V128, v128 } from '../assembler/index.ts'
import * as math from './index.ts'
import { type Arithmetic, fused, plain, type VectorFunction, withKeptConstants } from './index.ts'

type Scalar = (x: F64) => F64
/** Code of one function of two arguments, of which it may ignore the second. */
type Body = (temps: Temporaries, arithmetic: Arithmetic, x: V128, y: V128, far: Record<'sin' | 'cos', Scalar>) => V128
type Mapped = (x: Float32Array, y?: Float32Array) => Float32Array

/** The parts of WebAssembly that the tests use; the types of ECMAScript and Node do not declare them. */
interface Wasm {
  readonly Memory: new (limits: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer }
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> }
  validate(bytes: Uint8Array<ArrayBuffer>): boolean
}

const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: Wasm }

const count = 1 << 16
const bytes = 4 * count

/** A function of arrays of `count` numbers, with kept constants as in generated code. */
function compile(body: Body, arithmetic: Arithmetic, outside = { sin: Math.sin, cos: Math.cos }): Mapped {
  const builder = new ModuleBuilder({ shared: false, maximumPages: 16 })
  const sin = builder.importFunction('sin', { params: ['f64'], result: 'f64' })
  const cos = builder.importFunction('cos', { params: ['f64'], result: 'f64' })
  const map = builder.function({ params: ['i32'], result: 'void' }, (locals, end) => {
    const at = locals.add('i32')
    const constants = new Temporaries(locals)
    const kept = withKeptConstants(arithmetic, (constant) => constants.let(constant))
    const temps = new Temporaries(locals)
    const [x, y] = [v128.load(at.get), v128.load(at.get, bytes)]
    const far = { sin: (value: F64) => sin.call(value), cos: (value: F64) => cos.call(value) }
    temps.do(v128.store(at.get, body(temps, kept, x, y, far), 2 * bytes))
    const loop = doWhile(temps.end(increase(at, i32.const(16))), i32.ltU(at.get, end.get))
    return constants.end(loop)
  })
  builder.exportFunction('map', map)
  const memory = new wasm.Memory({ initial: 16, maximum: 16 })
  const { exports } = new wasm.Instance(new wasm.Module(builder.build()), { env: { memory, ...outside } })
  const [xs, ys, results] = [0, 1, 2].map((part) => new Float32Array(memory.buffer, part * bytes, count)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  return (x, y) => {
    xs.set(x)
    if (y) ys.set(y)
    ;(exports.map as (end: number) => void)(4 * x.length)
    return results.slice(0, x.length)
  }
}

const word = new Int32Array(1)
const float = new Float32Array(word.buffer)

function bitsOf(value: number): number {
  float[0] = value
  return word[0]!
}

function numberOf(bits: number): number {
  word[0] = bits
  return float[0]!
}

/** The position of a number among all numbers; adjacent numbers are 1 apart. */
function place(value: number): number {
  const bits = bitsOf(value)
  return bits < 0 ? -(2 ** 31) - bits : bits
}

/** The distance of two numbers in that order; Infinity if one is NaN or two zeros differ in sign. */
function distance(actual: number, expected: number): number {
  const nearest = Math.fround(expected)
  if (Object.is(actual, nearest)) return 0
  if (Number.isNaN(actual) || Number.isNaN(nearest) || (actual === 0 && nearest === 0)) return Number.POSITIVE_INFINITY
  return Math.abs(place(actual) - place(nearest))
}

const halfPi = Math.PI / 2
const specials = [
  ...[0, 2 ** -149, 2 ** -126, 2 ** -24, 0.25, Math.LN2 / 2, 0.5, Math.SQRT1_2, 1, 1.05, Math.SQRT2, 1.5 * Math.LN2],
  ...[2, 3, 3.93, 8.66, 9.01, 10, 16.6, 17.4, 20, 87.33655, 88.72284, 89, 103.27893, 103.97208, 104, 2 ** 20, 2 ** 23],
  ...[2 ** 24, 2 ** 126, 2 ** 127, (2 - 2 ** -23) * 2 ** 127, Number.POSITIVE_INFINITY, Number.NaN],
  ...[halfPi / 2, halfPi, 2 * halfPi, 3 * halfPi, 22, 355, 333 * halfPi, 10_000 * halfPi, 600_000 * halfPi],
].flatMap((x) => [x, -x])

/** The numbers around special ones, and one in 1069 of all. */
function* inputs(): Generator<[Float32Array]> {
  const near = specials.flatMap((special) => {
    const middle = bitsOf(special)
    return Array.from({ length: 601 }, (_, i) => numberOf(middle + i - 300))
  })
  for (let start = 0; start < near.length; start += count) yield [new Float32Array(near.slice(start, start + count))]
  for (let bits = 0; bits < 2 ** 32; bits += 1069 * count)
    yield [new Float32Array(Uint32Array.from({ length: count }, (_, i) => bits + 1069 * i).buffer)]
}

/** Bases of all kinds, with exponents for which many powers are finite. */
function* pairs(): Generator<[Float32Array, Float32Array]> {
  for (let start = 0; start < 2 ** 20; start += count) {
    const bits = Uint32Array.from({ length: count }, (_, i) => Math.imul(start + i, 0x9e37_79b1))
    const x = new Float32Array(bits.buffer)
    const y = Float32Array.from(x, (base, i) => {
      const spread = 160 / Math.max(2 ** -30, Math.abs(Math.log2(Math.abs(base))))
      const exponent = spread * Math.sin(start + i)
      return i % 4 === 0 ? Math.round(exponent) : exponent
    })
    yield [x, y]
  }
}

const one =
  (code: VectorFunction): Body =>
  (temps, arithmetic, x) =>
    code(temps, arithmetic, x)

/** Code, reference, and bound for the error. */
const functions: Record<string, readonly [Body, (x: number) => number, number]> = {
  exp: [one(math.exp), Math.exp, 1],
  expm1: [one(math.expm1), Math.expm1, 2],
  log: [one(math.log), Math.log, 1],
  log1p: [one(math.log1p), Math.log1p, 2],
  sigmoid: [one(math.sigmoid), (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))), 2],
  tanh: [one(math.tanh), Math.tanh, 2],
  erf: [one(math.erf), preciseErf, 2],
  sin: [(temps, arithmetic, x, _, far) => math.sin(far.sin)(temps, arithmetic, x), Math.sin, 2],
  cos: [(temps, arithmetic, x, _, far) => math.cos(far.cos)(temps, arithmetic, x), Math.cos, 2],
}

const powBody: Body = (temps, arithmetic, x, y) => math.pow(temps, arithmetic, x, y)

/** Whether the engine supports an instruction of `fused`. */
function hasRelaxedSimd(): boolean {
  const builder = new ModuleBuilder({ shared: false, maximumPages: 1 })
  builder.function({ params: ['v128'], result: 'v128' }, (_, x) => fused.madd(x.get, x.get, x.get))
  return wasm.validate(builder.build())
}

/** Describes the worst of many results. */
function worstOf(
  map: Mapped,
  cases: Iterable<readonly [Float32Array, Float32Array?]>,
  reference: (x: number, y: number) => number,
) {
  let worst = { ulps: 0, what: '' }
  for (const [x, y] of cases) {
    const actual = map(x, y)
    for (let i = 0; i < x.length; i++) {
      const expected = reference(x[i]!, y?.[i] ?? 0)
      const ulps = distance(actual[i]!, expected)
      if (ulps > worst.ulps) worst = { ulps, what: `f(${x[i]}, ${y?.[i]}) is ${actual[i]}, not ${expected}` }
    }
  }
  return worst
}

for (const [kind, arithmetic] of Object.entries({ plain, fused })) {
  const isMissing = arithmetic === fused && !hasRelaxedSimd()

  for (const [name, [body, reference, bound]] of Object.entries(functions)) {
    it(`computes ${name} within ${bound} ulp in ${kind} arithmetic`, ({ skip }) => {
      skip(isMissing, 'this machine has no relaxed SIMD')
      const { ulps, what } = worstOf(compile(body, arithmetic), inputs(), reference)
      expect(ulps, what).toBeLessThanOrEqual(bound)
    })
  }
}

it('computes pow within 1 ulp', () => {
  const { ulps, what } = worstOf(compile(powBody, plain), pairs(), power)
  expect(ulps, what).toBeLessThanOrEqual(1)
})

it('computes pow of special values as IEEE 754 defines', () => {
  const values = [...specials, -3, -1.5, 1e-40, -1e-40].map(Math.fround)
  const all = values.flatMap((x) => values.map((y) => [x, y] as const))
  const cases = [[Float32Array.from(all, ([x]) => x), Float32Array.from(all, ([, y]) => y)] as const]
  const { ulps, what } = worstOf(compile(powBody, plain), cases, power)
  expect(ulps, what).toBeLessThanOrEqual(1)
})

it('gives representable powers exactly', () => {
  const map = compile(powBody, plain)
  const roots = Float32Array.from({ length: 4000 }, (_, i) => i - 2000)
  const all = (exponent: number) => roots.map(() => exponent)
  const squares = roots.map((x) => x ** 2)
  expect(map(roots, all(1))).toEqual(roots)
  expect(map(roots, all(2))).toEqual(squares)
  expect(map(squares, all(0.5))).toEqual(roots.map(Math.abs))
})

it('calls functions of the host only for lanes beyond 2^20', () => {
  const calls: number[] = []
  const sin = (x: number) => calls.push(x)
  const map = compile(functions['sin']![0], plain, { sin, cos: Math.cos })
  const results = map(new Float32Array([0, 1e7, -0, Number.NaN, -1e8, 2 ** 20, 0, Number.POSITIVE_INFINITY]))
  expect([...results]).toEqual([0, 1, -0, Number.NaN, 2, expect.closeTo(Math.sin(2 ** 20), 6), 0, 3])
  expect(calls).toEqual([1e7, -1e8, Number.POSITIVE_INFINITY])
})
