// Values and gradients at the edges of functions, on every backend, eager and compiled. The expected values are those of NumPy
// 2 (`recorded/floor-divide.json`), of C's `erfc`, of PyTorch where the test says so, and limits that can be derived by hand.
import { grad } from '@gradus/autograd'
import { compile } from '@gradus/graph'
import { BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy } from '@gradus/losses'
import {
  acosh,
  add,
  asinh,
  atan,
  atan2,
  cast,
  type DType,
  erfc,
  erfInv,
  floorDivide,
  gelu,
  greater,
  l2Normalize,
  mod,
  mul,
  norm,
  remainder,
  sigmoidCrossEntropy,
  softmax,
  softmaxCrossEntropy,
  sqrt,
  std,
  sum,
  type Tensor,
  tensor,
  useBackend,
  where,
} from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { startAll } from '../../../../tests/backends.ts'
import recorded from './recorded/floor-divide.json' with { type: 'json' }

const inf = Number.POSITIVE_INFINITY
const epsilons: Readonly<Record<string, number>> = { float16: 2 ** -10, float32: 2 ** -23, float64: 2 ** -52 }

for (const { name, backend, checks } of await startAll()) {
  const dtypes = checks?.dtypes ?? ['float16', 'float32', 'float64', 'int32']
  const gpu = name === 'webgpu'
  const digits = gpu ? 4 : 5

  describe.skipIf(!backend).each([{ compiled: false }, { compiled: true }])(
    `${name}, compiled $compiled`,
    ({ compiled }) => {
      const run = (f: (...inputs: Tensor[]) => Tensor, ...inputs: Tensor[]): Tensor =>
        (compiled ? compile(f as never) : f)(...(inputs as [])) as Tensor
      const valuesOf = async (x: Tensor) => Array.from(await x.data(), Number)
      const values = async (f: (...inputs: Tensor[]) => Tensor, ...inputs: Tensor[]) => valuesOf(run(f, ...inputs))
      const gradOf =
        (f: (...inputs: Tensor[]) => Tensor) =>
        (x: Tensor, rest: readonly Tensor[] = []) =>
          values((first, ...others) => grad((given: Tensor) => sum(f(given, ...others)))(first!) as Tensor, x, ...rest)
      const start = () => useBackend(backend!)

      describe('cross-entropy with a masked class', () => {
        const logits = [
          [1, -inf, 2],
          [-inf, 0, -inf],
        ]
        const target = [
          [0.25, 0, 0.75],
          [0, 1, 0],
        ]
        // log(1 + e) - 0.75 and 0
        const expected = [Math.log(Math.E + Math.E ** 2) - 1.75, 0]
        const p = 1 / (1 + Math.E)

        it('is finite, and so are its gradients', async () => {
          start()
          const [x, t] = [tensor(logits), tensor(target)]
          expectClose(await values((a, b) => softmaxCrossEntropy(a!, b!), x, t), expected, digits)
          expectClose(
            await gradOf((a, b) => softmaxCrossEntropy(a!, b!))(x, [t]),
            [p - 0.25, 0, 1 - p - 0.75, 0, 0, 0],
            digits,
          )
          const byTarget = await gradOf((b, a) => softmaxCrossEntropy(a!, b!))(t, [x])
          expectClose(byTarget, [Math.log(1 + Math.E), 0, Math.log(1 + Math.E) - 1, 0, 0, 0], digits)
        })

        it('is finite in the losses', async () => {
          start()
          const x = tensor(logits)
          const categorical = new CategoricalCrossentropy({ fromLogits: true })
          const sparse = new SparseCategoricalCrossentropy({ fromLogits: true })
          const ignoring = new SparseCategoricalCrossentropy({ fromLogits: true, ignoreClass: 2 })
          const mean = (expected[0]! + expected[1]!) / 2
          expectClose(await values((a, t) => categorical.call(t!, a!), x, tensor(target)), [mean], digits)
          const labels = tensor([2, 1])
          const hard = Math.log(1 + Math.E) - 1
          expectClose(await values((a, t) => sparse.call(t!, a!), x, labels), [hard / 2], digits)
          expectClose(await gradOf((a, t) => sparse.call(t!, a!))(x, [labels]), [p / 2, 0, -p / 2, 0, 0, 0], digits)
          expectClose(await values((a, t) => ignoring.call(t!, a!), x, labels), [0], digits)
          expectClose(await gradOf((a, t) => ignoring.call(t!, a!))(x, [labels]), [0, 0, 0, 0, 0, 0], digits)
        })

        it('is infinite where the masked class is the target', async () => {
          start()
          const all = await values((a, b) => softmaxCrossEntropy(a!, b!), tensor([[0, -inf]]), tensor([[0, 1]]))
          expect(all).toEqual([inf])
        })

        it('holds for infinite logits of two classes', async () => {
          start()
          const x = tensor([-inf, inf, 0, -inf])
          const t = tensor([0, 1, 1, 1])
          expectClose(await values((a, b) => sigmoidCrossEntropy(a!, b!), x, t), [0, 0, Math.LN2, inf], digits)
          expectClose(await gradOf((a, b) => sigmoidCrossEntropy(a!, b!))(x, [t]), [0, 0, -0.5, -1], digits)
          expectClose((await gradOf((b, a) => sigmoidCrossEntropy(a!, b!))(t, [x])).slice(0, 3), [0, 0, 0], digits)
          const loss = new BinaryCrossentropy({ fromLogits: true })
          const pair = [tensor([[-inf], [inf]]), tensor([[0], [1]])] as const
          expectClose(await values((a, b) => loss.call(b!, a!), ...pair), [0], digits)
          expectClose(await gradOf((a, b) => loss.call(b!, a!))(pair[0], [pair[1]]), [0, 0], digits)
        })
      })

      describe('floorDivide and mod', () => {
        it.each(dtypes.filter((dtype) => dtype in recorded) as (keyof typeof recorded)[])(
          'are those of NumPy, %s',
          async (dtype) => {
            start()
            const { a, b, ...expected } = recorded[dtype] as Readonly<Record<string, readonly (number | string)[]>>
            const [x, y] = [a!, b!].map((list) => tensor(list.map(Number), { dtype: dtype as DType }))
            for (const [op, f] of Object.entries({ floorDivide, mod })) {
              const found = await values((p, q) => f(p!, q!), x!, y!)
              expected[op]!.map(Number).forEach((value, index) => {
                const at = `${op}(${a![index]}, ${b![index]})`
                if (Number.isFinite(value))
                  expect(Math.abs(found[index]! - value), at).toBeLessThanOrEqual(
                    Math.abs(value) * (epsilons[dtype] ?? 0),
                  )
                else expect(found[index], at).toBe(value)
              })
            }
          },
        )

        it('agree: a = floorDivide(a, b) b + mod(a, b), and 1 by 0.1 is 9', async () => {
          start()
          expect(await values((a) => floorDivide(a!, 0.1), tensor([1, -1]))).toEqual([9, -10])
          expectClose(await values((a) => mod(a!, 0.1), tensor([1, -1])), [0.1, 0], 6)
          expectClose(await values((a) => remainder(a!, 0.1), tensor([1, -1])), [0.1, -0.1], 6)
          // the derivative by b is minus the quotient
          expect(await gradOf((b, a) => mod(a!, b!))(tensor([0.1, -0.1]), [tensor([1, 1])])).toEqual([-9, 10])
        })
      })

      describe('erfc', () => {
        const x = [-3, -0.5, 0, 0.25, 0.5, 0.75, 1, 2, 3, 4, 4.5, 5, 6, 8, 9]
        const expected = [
          1.9999779095030015, 1.5204998778130465, 1, 0.7236736098317631, 0.4795001221869535, 0.28884436634648486,
          0.15729920705028513, 0.004677734981047265, 2.2090496998585438e-5, 1.541725790028002e-8,
          1.9661604415428873e-10, 1.5374597944280351e-12, 2.1519736712498916e-17, 1.1224297172982928e-29,
          4.13703174651381e-37,
        ]
        const far = {
          10: 2.088487583762545e-45,
          15: 7.212994172451206e-100,
          20: 5.3958656116079005e-176,
          26: 5.663192408856143e-296,
        }

        it('has a small relative error, also in the tail', async () => {
          start()
          const found = await values((a) => erfc(a!), tensor(x))
          found.forEach((y, i) =>
            expect(Math.abs(y / expected[i]! - 1), `erfc(${x[i]})`).toBeLessThan(gpu ? 2e-5 : 2e-6),
          )
          expect(await values((a) => erfc(a!), tensor([inf, -inf, Number.NaN, 40]))).toEqual([0, 2, Number.NaN, 0])
        })

        it('has it in float64 and float16', async () => {
          start()
          if (gpu) return
          const wide = [...x, ...Object.keys(far).map(Number)]
          const found = await values((a) => erfc(a!), tensor(wide, { dtype: 'float64' }))
          const all = [...expected, ...Object.values(far)]
          found.forEach((y, i) => expect(Math.abs(y / all[i]! - 1), `erfc(${wide[i]})`).toBeLessThan(2e-14))
          const half = await values((a) => erfc(a!), tensor([0.25, 0.5, 1, 2], { dtype: 'float16' }))
          half.forEach((y, i) =>
            expect(Math.abs(y / [expected[3]!, expected[4]!, expected[6]!, expected[7]!][i]! - 1)).toBeLessThan(
              2 ** -10,
            ),
          )
        })

        it('has the gradient -2 exp(-x^2) / sqrt(pi)', async () => {
          start()
          const at = [-3, 0, 1, 5, 9, 40, -40]
          const found = await gradOf((a) => erfc(a!))(tensor(at))
          found.forEach((g, i) => {
            const value = (-2 / Math.sqrt(Math.PI)) * Math.exp(-(at[i]! ** 2))
            if (Math.abs(at[i]!) < 10) expect(Math.abs(g / value - 1), `${at[i]}`).toBeLessThan(gpu ? 2e-5 : 2e-6)
            else expect(g).toBeCloseTo(0, 30)
          })
        })
      })

      describe('gelu', () => {
        // x times the normal distribution function, SciPy's `0.5 * x * erfc(-x / sqrt(2))`, and its derivative
        const at = [-13, -10, -8, -6.5, -5.5, -3, -0.5, 0, 0.5, 3, 8]
        const expected = [
          -7.952313719414844e-38, -7.619853024160583e-23, -4.976768459417463e-15, -2.610400379508427e-10,
          -1.0444259356238269e-7, -0.004049694094890288, -0.15426876936299347, 0, 0.3457312306370065, 2.99595030590511,
          7.999999999999995,
        ]
        const slopes = [
          -1.0337304440113359e-36, -7.618400096464813e-22, -3.979607261086796e-14, -1.6950517937572625e-9,
          -5.733472398739923e-7, -0.011945647204183927, 0.1325048753438372, 0.5, 0.8674951246561627, 1.011945647204184,
          1.0000000000000397,
        ]

        it('and its gradient have a small relative error in the tail', async () => {
          start()
          const limit = gpu ? 1e-4 : 2e-5
          const subnormal = gpu ? 2e-38 : 0 // GPUs take smaller numbers for 0
          for (const [found, values] of [
            [await valuesOf(run((x) => gelu(x!), tensor(at))), expected],
            [await gradOf((x) => gelu(x!))(tensor(at)), slopes],
          ] as const)
            found.forEach((y, i) =>
              expect(Math.abs(y - values[i]!), `${at[i]}`).toBeLessThanOrEqual(
                Math.abs(values[i]!) * limit + subnormal,
              ),
            )
        })
      })

      describe('float16', () => {
        it('erfInv does not overflow in its coefficients (SciPy)', async () => {
          start()
          const x = tensor([-0.75, 0.125, 0.5, 0.875, 0.9375], { dtype: 'float16' })
          const expected = [
            -0.8134198475976184, 0.11123545184094996, 0.4769362762044699, 1.084787040069283, 1.3171503349861307,
          ]
          const slopes = expected.map((y) => (Math.exp(y * y) * Math.sqrt(Math.PI)) / 2)
          const [found, gradients] = [await values((a) => erfInv(a!), x), await gradOf((a) => erfInv(a!))(x)]
          found.forEach((y, i) => expect(Math.abs(y / expected[i]! - 1)).toBeLessThan(2 ** -10))
          gradients.forEach((y, i) => expect(Math.abs(y / slopes[i]! - 1)).toBeLessThan(2 ** -8))
        })

        it('gelu and its gradient do not overflow in cubes', async () => {
          start()
          const x = tensor([-3000, 3000], { dtype: 'float16' })
          for (const approximate of [false, true]) {
            expect((await values((a) => gelu(a!, { approximate }), x)).map(Math.abs)).toEqual([0, 3000])
            expect((await gradOf((a) => gelu(a!, { approximate }))(x)).map(Math.abs)).toEqual([0, 1])
          }
        })

        it('gradients of inverse functions do not overflow in squares', async () => {
          start()
          const x = tensor([300, 1024], { dtype: 'float16' })
          for (const [f, slope] of [
            [asinh, (v: number) => 1 / Math.sqrt(v * v + 1)],
            [acosh, (v: number) => 1 / Math.sqrt(v * v - 1)],
            [(v: Tensor) => mul(atan(v), 64), (v: number) => 64 / (v * v + 1)],
            [(v: Tensor) => atan2(v, 300), (v: number) => 300 / (v * v + 90000)],
          ] as const) {
            const found = await gradOf((a) => f(a!))(x)
            found.forEach((g, i) => expect(Math.abs(g / slope([300, 1024][i]!) - 1)).toBeLessThan(0.02))
          }
        })
      })

      describe('roots of sums of squares at 0', () => {
        it('std of equal values and its gradient are 0 (PyTorch)', async () => {
          start()
          for (const row of [
            [0, 0, 0],
            [1, 1, 1],
            [0.1, 0.1, 0.1],
            [1e-30, 0, 0],
            [-7.3, -7.3, -7.3],
          ]) {
            expect(await values((a) => std(a!), tensor(row)), String(row)).toEqual([0])
            expect(await gradOf((a) => std(a!))(tensor(row)), String(row)).toEqual([0, 0, 0])
          }
          const rows = tensor([
            [1, 3],
            [0.3, 0.3],
          ])
          expectClose(await values((a) => std(a!, { axis: 1 }), rows), [1, 0], digits)
          expectClose(await gradOf((a) => std(a!, { axis: 1 }))(rows), [-0.5, 0.5, 0, 0], digits)
          expectClose(await gradOf((a) => std(a!, { axis: 1, keepDims: true }))(rows), [-0.5, 0.5, 0, 0], digits)
          expect(await values((a) => std(a!), tensor([inf, inf]))).toEqual([Number.NaN])
          expect(await values((a) => std(a!), tensor([Number.NaN, 1]))).toEqual([Number.NaN])
        })

        it('std of float16 does not overflow in the squares', async () => {
          start()
          expect(await values((a) => std(a!), tensor([-300, 300], { dtype: 'float16' }))).toEqual([300])
          expectClose(await values((a) => l2Normalize(a!), tensor([300, 400], { dtype: 'float16' })), [0.6, 0.8], 3)
          expect(await values((a) => l2Normalize(a!), tensor([0, 0], { dtype: 'float16' }))).toEqual([0, 0])
        })

        it('norm and l2Normalize have gradients at 0', async () => {
          start()
          expect(await gradOf((a) => norm(a!))(tensor([0, 0]))).toEqual([0, 0])
          expect(
            await gradOf((a) => norm(a!, { axis: 1 }))(
              tensor([
                [0, 0],
                [3, 4],
              ]),
            ),
          ).toEqual([0, 0, expect.closeTo(0.6, 4), expect.closeTo(0.8, 4)])
          expect(await values((a) => l2Normalize(a!), tensor([0, 0]))).toEqual([0, 0])
          // as if x were divided by epsilon, as in PyTorch's normalize
          for (const g of await gradOf((a) => l2Normalize(a!, { epsilon: 1e-3 }))(tensor([0, 0])))
            expect(g).toBeCloseTo(1000, 0)
        })
      })

      it('where multiplies the gradient of the branch not taken by 0, so that its input has to be safe', async () => {
        start()
        const x = tensor([0, 4])
        const unsafe = await gradOf((a) => where(greater(a!, 0), sqrt(a!), 0))(x)
        expect(unsafe).toEqual([Number.NaN, expect.closeTo(0.25, 4)])
        const safe = await gradOf((a) => {
          const positive = greater(a!, 0)
          return where(positive, sqrt(where(positive, a!, 1)), 0)
        })(x)
        expect(safe).toEqual([0, expect.closeTo(0.25, 4)])
      })

      it('the gradient of a softmax with masked classes is finite', async () => {
        start()
        const found = await gradOf((a, w) => sum(mul(softmax(a!), w!)))(tensor([[0, -inf, 0]]), [tensor([[1, 2, 3]])])
        expectClose(found, [-0.5, 0, 0.5], digits)
        expectClose(await values((a) => add(cast(a!, 'float32'), 0), tensor([1])), [1], 5)
      })
    },
  )
}

function expectClose(found: readonly number[], expected: readonly number[], digits: number): void {
  expect(found).toHaveLength(expected.length)
  found.forEach((value, index) => {
    if (Number.isFinite(expected[index]!)) expect(value, `[${index}]`).toBeCloseTo(expected[index]!, digits)
    else expect(value).toBe(expected[index])
  })
}
