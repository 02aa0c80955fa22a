import { cpu } from '@gradus/backend-cpu'
import type { Loss, Reduction } from '@gradus/core'
import { compile } from '@gradus/graph'
import {
  type Backend,
  formatShape,
  isFloat,
  onBackend,
  type Shape,
  sameShape,
  sizeOf,
  type Tensor,
} from '@gradus/tensor'
import { type Check, demand, inFloat64, withSkips } from '../check.ts'
import { assertAllClose, assertClose } from '../compare.ts'
import { optionChecks } from '../config-checks.ts'
import { instanceOf, type Source } from '../configured-source.ts'
import { checkDerivative, gradientOf } from '../differences.ts'
import { type GivenInput, hostOf } from '../given.ts'
import { type HostTensor, takeToHost, toDevice, widen } from '../host.ts'
import { RandomNumbers } from '../random-numbers.ts'
import { roundTrip, withOptions } from '../round-trip.ts'

/** The options of `lossChecks`. */
export interface LossCheckOptions<C = object> {
  /** The config, if the loss is given as a class. */
  readonly config?: C
  readonly target: GivenInput
  readonly prediction: GivenInput
  /** The expected loss of target and prediction, reduced as configured. */
  readonly expected?: number
  /** Shape of the per-sample loss (default: the prediction's without the last axis). */
  readonly expectedShape?: Shape
  /** Predictions for which loss and gradient must be finite (default 0 and 1; large numbers for logits). */
  readonly extremes?: readonly number[]
  /** The checks to skip by name, each with a reason. */
  readonly skip?: Readonly<Record<string, string>>
  /** Tolerance for gradients against finite differences in float64 (default 1e-6). */
  readonly gradientTolerance?: number
  /** Whether the backend computes in float64 (default true). Checks that need it are skipped otherwise. */
  readonly float64?: boolean
  readonly backend?: Backend
}

interface Setup {
  readonly backend: Backend
  readonly loss: Loss
  readonly target: HostTensor
  readonly prediction: HostTensor
}

/**
 * The requirements of a loss, as checks for any test runner: the expected value, consistent reductions and weights, a
 * gradient that agrees with finite differences, finite values for extreme predictions, compiled equals eager, a config that
 * survives JSON, float16 and a batch of one; wrong options and shapes are refused; the cpu backend gives the same.
 */
export function lossChecks(source: Source<Loss>, options: LossCheckOptions): Check[] {
  const setup = (): Setup => {
    const random = new RandomNumbers('loss')
    return {
      backend: options.backend ?? cpu(),
      loss: instanceOf(source, options.config),
      target: hostOf(options.target, random),
      prediction: hostOf(options.prediction, random),
    }
  }
  const check = (name: string, body: (setup: Setup) => void | Promise<void>): Check => ({
    name,
    run: async () => body(setup()),
  })
  const checks = [
    check('has the expected value and shape', (s) => checkValue(s, options)),
    ...inFloat64(options.float64, [
      check('reductions agree with each other', checkReductions),
      check('sample weights scale and leave out samples', checkWeights),
      check('the gradient agrees with finite differences', (s) => checkGradient(s, options.gradientTolerance ?? 1e-6)),
    ]),
    check('compiled equals eager', async (s) =>
      assertAllClose(`${s.loss.type}, compiled`, [await evaluate(s, { compiled: true })], [await evaluate(s)], 1e-5),
    ),
    check('its config survives JSON', async (s) => {
      assertClose(`${s.loss.type} from JSON`, await evaluate({ ...s, loss: roundTrip(s.loss) }), await evaluate(s), 0)
    }),
    check('stays finite at extreme predictions', (s) => checkExtremes(s, options.extremes ?? [0, 1])),
    check('a batch of one sample works', checkOneSample),
    check('float16 gives about the same', checkHalf),
    check('the error for shapes that do not belong together is readable', checkShapes),
    ...(options.backend === undefined || options.backend.name === 'cpu'
      ? []
      : [
          check('the cpu backend gives the same', async (s) =>
            assertClose(
              s.loss.type,
              await evaluate(s, { compiled: true }),
              await evaluate({ ...s, backend: cpu() }),
              1e-4,
            ),
          ),
        ]),
    ...optionChecks(() => instanceOf(source, options.config)),
  ]
  return withSkips(checks, options.skip ?? {})
}

async function evaluate(
  { backend, loss, target, prediction }: Setup,
  { reduction, weight, compiled = false }: { reduction?: Reduction; weight?: HostTensor; compiled?: boolean } = {},
): Promise<HostTensor> {
  const instance = reduction ? withOptions(loss, { reduction }) : loss
  const f = (y: Tensor, p: Tensor, w: readonly Tensor[]) => instance.call(y, p, w[0] && { sampleWeight: w[0] })
  const inputs = [target, prediction].map((input) => toDevice(backend, input))
  const weights = weight ? [toDevice(backend, weight)] : []
  const [result] = await takeToHost(
    onBackend(backend, () => (compiled ? compile(f) : f)(inputs[0]!, inputs[1]!, weights)),
  )
  return result!
}

function double(setup: Setup): Setup {
  return { ...setup, target: widen(setup.target), prediction: widen(setup.prediction) }
}

async function checkValue(setup: Setup, { expected, expectedShape }: LossCheckOptions): Promise<void> {
  const { loss, prediction } = setup
  const each = await evaluate(setup, { reduction: 'none' })
  const shape = expectedShape ?? prediction.shape.slice(0, -1)
  demand(
    sameShape(each.shape, shape),
    `${loss.type}: the per-sample loss has shape ${formatShape(each.shape)} and ${formatShape(shape)} was expected.`,
  )
  const value = await evaluate(setup)
  demand(
    value.dtype === prediction.dtype,
    `${loss.type}: the loss is ${value.dtype} for predictions in ${prediction.dtype}.`,
  )
  if (expected !== undefined) assertClose(`${loss.type}: the loss`, value, { ...value, values: [expected] }, 1e-5)
}

async function checkReductions(single: Setup): Promise<void> {
  const setup = double(single)
  const { loss, backend, target, prediction } = setup
  const { values } = await evaluate(setup, { reduction: 'none' })
  const total = values.reduce((a, b) => a + b, 0)
  const scalar = (value: number): HostTensor => ({ shape: [], dtype: 'float64', values: [value] })
  assertClose(`${loss.type}, sum`, await evaluate(setup, { reduction: 'sum' }), scalar(total), 1e-10)
  // a loss that excludes samples divides by the number of the others
  if (onBackend(backend, () => loss.maskOf(toDevice(backend, target), toDevice(backend, prediction)))) return
  for (const reduction of ['mean', 'sumOverBatchSize', 'meanWithSampleWeight'] as const) {
    assertClose(
      `${loss.type}, ${reduction}`,
      await evaluate(setup, { reduction }),
      scalar(total / values.length),
      1e-10,
    )
  }
}

async function checkWeights(single: Setup): Promise<void> {
  const setup = double(single)
  const { loss } = setup
  const each = await evaluate(setup, { reduction: 'none' })
  const batch = each.shape[0] ?? 1
  const weigh = (values: number[]): HostTensor => ({ shape: [batch], dtype: 'float64', values })
  const ones = weigh(new Array<number>(batch).fill(1))
  assertClose(`${loss.type}, weights of 1`, await evaluate(setup, { reduction: 'none', weight: ones }), each, 1e-10)
  const weights = ones.values.map((_, i) => i * 0.75)
  const perSample = sizeOf(each.shape.slice(1))
  const expected = { ...each, values: each.values.map((value, i) => value * weights[Math.floor(i / perSample)]!) }
  assertClose(
    `${loss.type}, weighted`,
    await evaluate(setup, { reduction: 'none', weight: weigh(weights) }),
    expected,
    1e-10,
  )
  const total = expected.values.reduce((a, b) => a + b, 0)
  const sum = await evaluate(setup, { reduction: 'sum', weight: weigh(weights) })
  assertClose(`${loss.type}, weighted sum`, sum, { ...sum, values: [total] }, 1e-10)
}

async function checkGradient(single: Setup, tolerance: number): Promise<void> {
  const { backend, loss, target, prediction } = double(single)
  const y = toDevice(backend, target)
  const value = ([p]: readonly Tensor[]) => withOptions(loss, { reduction: 'sum' }).call(y, p!)
  await checkDerivative({
    label: loss.type,
    backend,
    value,
    gradient: gradientOf(value),
    at: [prediction],
    names: ['the prediction'],
    tolerance,
  })
}

async function checkOneSample(setup: Setup): Promise<void> {
  const first = ({ shape, dtype, values }: HostTensor): HostTensor => ({
    shape: [1, ...shape.slice(1)],
    dtype,
    values: values.slice(0, sizeOf(shape.slice(1))),
  })
  const { values } = await evaluate({ ...setup, target: first(setup.target), prediction: first(setup.prediction) })
  demand(values.every(Number.isFinite), `${setup.loss.type}: the loss of one sample is ${values.join(', ')}.`)
}

async function checkHalf(setup: Setup): Promise<void> {
  if (!isFloat(setup.prediction.dtype)) return
  const half = await evaluate({ ...setup, prediction: { ...setup.prediction, dtype: 'float16' } })
  const single = await evaluate(setup)
  assertClose(`${setup.loss.type}, float16 against float32`, { ...half, dtype: single.dtype }, single, 2e-2)
}

/** Throws if targets of another batch size give an error of the engine, which names neither shape. */
function checkShapes({ backend, loss, target, prediction }: Setup): void {
  const extra = sizeOf(target.shape.slice(1))
  const longer = {
    ...target,
    shape: [target.shape[0]! + 3, ...target.shape.slice(1)],
    values: [...target.values, ...new Array<number>(3 * extra).fill(target.values[0]!)],
  }
  try {
    // a loss may ignore its targets
    onBackend(backend, () => loss.call(toDevice(backend, longer), toDevice(backend, prediction)))
  } catch (error) {
    const { name, message } = error as Error
    demand(
      /^(Shape|Config|Data)Error$/.test(name),
      `${loss.type}: the error for a target of another size should be a ShapeError: ${name}: ${message}`,
    )
  }
}

async function checkExtremes(setup: Setup, extremes: readonly number[]): Promise<void> {
  const { backend, loss, target, prediction } = setup
  if (!isFloat(prediction.dtype)) return
  const size = prediction.values.length
  // each element takes each extreme value, but not all elements the same, because a row of zeros is not a distribution
  const patterns = extremes.map((_, shift) =>
    Array.from({ length: size }, (_, i) => extremes[(i + shift) % extremes.length]!),
  )
  for (const values of patterns) {
    const y = toDevice(backend, target)
    const value = ([p]: readonly Tensor[]) => withOptions(loss, { reduction: 'sum' }).call(y, p!)
    const p = toDevice(backend, { ...prediction, values })
    const results = await takeToHost(onBackend(backend, () => [value([p]), ...gradientOf(value)([p])]))
    results.forEach((result, index) => {
      const bad = result.values.find((x) => !Number.isFinite(x))
      demand(
        bad === undefined,
        `${loss.type}: the ${index === 0 ? 'loss' : 'gradient'} is ${bad} at predictions of ${[...new Set(values)].join(' and ')}.`,
      )
    })
  }
}
