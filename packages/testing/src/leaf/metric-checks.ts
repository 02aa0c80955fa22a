import { cpu } from '@gradus/backend-cpu'
import { alignRanks, type Metric } from '@gradus/core'
import { compile } from '@gradus/graph'
import { type Backend, onBackend, type Tensor, treeLeaves } from '@gradus/tensor'
import { type Check, demand, withSkips } from '../check.ts'
import { assertAlike, assertAllClose, assertClose } from '../compare.ts'
import { optionChecks } from '../config-checks.ts'
import { instanceOf, type Source } from '../configured-source.ts'
import { flatten, type GivenInput, hostOf, type NestedNumbers, shapeOf } from '../given.ts'
import { type HostTensor, takeToHost, toDevice, toHost } from '../host.ts'
import { RandomNumbers } from '../random-numbers.ts'
import { roundTrip } from '../round-trip.ts'

/** A batch of `metricChecks`. */
export interface MetricBatch {
  readonly target: GivenInput
  readonly prediction: GivenInput
  /** One number per sample. */
  readonly weight?: readonly number[]
}

/** The options of `metricChecks`. */
export interface MetricCheckOptions<C = object> {
  /** The config, if the metric is given as a class. */
  readonly config?: C
  readonly batches: readonly MetricBatch[]
  /** The expected figure after all batches. */
  readonly expected?: NestedNumbers
  /** Whether one joined batch must give the same figure as several batches (default true). */
  readonly streaming?: boolean
  /** Whether a sample with weight 0 must have no effect (default true). */
  readonly weighted?: boolean
  /** The checks to skip by name, each with a reason. */
  readonly skip?: Readonly<Record<string, string>>
  /** Tolerance for figures (default 1e-5). */
  readonly tolerance?: number
  readonly backend?: Backend
}

interface Batch {
  readonly target: HostTensor
  readonly prediction: HostTensor
  readonly weight?: HostTensor
}

interface Setup {
  readonly backend: Backend
  readonly metric: Metric
  readonly batches: readonly Batch[]
  readonly tolerance: number
}

/**
 * The requirements of a metric, as checks for any test runner: the expected value, the same figure for several batches as for
 * one, the same figure for predictions `[n]` and `[n, 1]`, correct weights, no side effects, a state of constant form, compiled
 * equals eager, a config that survives JSON; a batch of one works; wrong options are refused; the cpu backend gives the same. As in models, the ranks of target and prediction are made equal if they differ by a
 * last axis of size 1.
 */
export function metricChecks(source: Source<Metric>, options: MetricCheckOptions): Check[] {
  const setup = (): Setup => ({
    backend: options.backend ?? cpu(),
    metric: instanceOf(source, options.config),
    batches: batchesOf(options.batches),
    tolerance: options.tolerance ?? 1e-5,
  })
  const check = (name: string, body: (setup: Setup) => void | Promise<void>): Check => ({
    name,
    run: async () => body(setup()),
  })
  const { expected, streaming = true, weighted = true } = options
  const checks = [
    ...(expected === undefined
      ? []
      : [
          check('has the expected value', async (s) => {
            const actual = await measure(s, s.batches)
            assertClose(
              s.metric.type,
              actual,
              { shape: shapeOf(expected), dtype: actual.dtype, values: flatten(expected) },
              s.tolerance,
            )
          }),
        ]),
    ...(streaming
      ? [
          check('batches count like one large batch', async (s) => {
            assertClose(
              `${s.metric.type}, over batches`,
              await measure(s, s.batches),
              await measure(s, [joined(s.batches)]),
              s.tolerance,
            )
          }),
        ]
      : []),
    check('weights of 1 change nothing', async (s) => {
      const plain = s.batches.map(({ target, prediction }) => ({ target, prediction }))
      const ones = plain.map((batch) => ({ ...batch, weight: weightsFor(batch, () => 1) }))
      assertClose(`${s.metric.type}, weights of 1`, await measure(s, ones), await measure(s, plain), s.tolerance)
    }),
    ...(weighted
      ? [
          check('samples of weight 0 are left out', async (s) => {
            const all = joined(s.batches.map(({ target, prediction }) => ({ target, prediction })))
            const kept = { target: withoutFirst(all.target), prediction: withoutFirst(all.prediction) }
            const zero = { ...all, weight: weightsFor(all, (i) => (i === 0 ? 0 : 1)) }
            assertClose(
              `${s.metric.type}, first sample of weight 0`,
              await measure(s, [zero]),
              await measure(s, [kept]),
              s.tolerance,
            )
          }),
        ]
      : []),
    check('gives one figure for targets [n] with predictions [n] and [n, 1]', async (s) => {
      const columns = s.batches.map(asColumn)
      if (!columns.every((batch) => batch !== undefined)) return
      assertClose(
        `${s.metric.type}, predictions [n, 1]`,
        await measure(s, columns),
        await measure(s, s.batches),
        s.tolerance,
      )
    }),
    check('has no side effects', checkPurity),
    check('compiled equals eager', async (s) => {
      assertClose(
        `${s.metric.type}, compiled`,
        await measure(s, s.batches, true),
        await measure(s, s.batches),
        s.tolerance,
      )
    }),
    check('its config survives JSON', async (s) => {
      const copy = { ...s, metric: roundTrip(s.metric) }
      assertClose(`${s.metric.type} from JSON`, await measure(copy, s.batches), await measure(s, s.batches), 0)
    }),
    check('a batch of one sample works', checkOneSample),
    ...(options.backend === undefined || options.backend.name === 'cpu'
      ? []
      : [
          check('the cpu backend gives the same', async (s) =>
            assertClose(
              s.metric.type,
              await measure(s, s.batches, true),
              await measure({ ...s, backend: cpu() }, s.batches),
              1e-4,
            ),
          ),
        ]),
    ...optionChecks(() => instanceOf(source, options.config)),
  ]
  return withSkips(checks, options.skip ?? {})
}

function batchesOf(batches: readonly MetricBatch[]): Batch[] {
  const random = new RandomNumbers('metric')
  return batches.map(({ target, prediction, weight }) => ({
    target: hostOf(target, random),
    prediction: hostOf(prediction, random),
    ...(weight && { weight: { shape: [weight.length], dtype: 'float32' as const, values: weight } }),
  }))
}

/** The batch with targets `[n]` and predictions `[n, 1]`; undefined if it has not one number per sample. */
function asColumn({ target, prediction, ...weight }: Batch): Batch | undefined {
  const count = prediction.shape[0]!
  const single = [target, prediction].every(({ shape, values }) => shape.length <= 2 && values.length === count)
  if (!single) return undefined
  return { target: { ...target, shape: [count] }, prediction: { ...prediction, shape: [count, 1] }, ...weight }
}

function upload(backend: Backend, { target, prediction, weight }: Batch): [Tensor, Tensor, Tensor[]] {
  return [toDevice(backend, target), toDevice(backend, prediction), weight ? [toDevice(backend, weight)] : []]
}

async function measure({ backend, metric }: Setup, batches: readonly Batch[], compiled = false): Promise<HostTensor> {
  const update = (state: object, target: Tensor, prediction: Tensor, weight: readonly Tensor[]): object => {
    // as models call metrics
    const aligned = alignRanks(target, prediction)
    return metric.update(state, aligned.target, aligned.prediction, weight[0])
  }
  const step = compiled ? compile(update, { donate: [0] }) : update
  const [result] = await takeToHost(
    onBackend(backend, () => {
      let state = metric.init(batches[0]!.prediction.shape)
      for (const batch of batches) state = step(state, ...upload(backend, batch))
      return metric.result(state)
    }),
  )
  return result!
}

async function checkPurity({ backend, metric, batches }: Setup): Promise<void> {
  const read = async (tree: object) => Promise.all(treeLeaves(tree).map(toHost))
  const shape = batches[0]!.prediction.shape
  const first = onBackend(backend, () => metric.init(shape))
  const before = await read(first)
  const next = onBackend(backend, () => {
    const [target, prediction, [weight]] = upload(backend, batches[0]!)
    const aligned = alignRanks(target, prediction)
    return metric.update(first, aligned.target, aligned.prediction, weight)
  })
  assertAllClose(`${metric.type}: the state given to update`, await read(first), before, 0)
  const forms = [treeLeaves(next), treeLeaves(first)]
  demand(
    forms[0]!.length === forms[1]!.length,
    `${metric.type}: update returned ${forms[0]!.length} tensors of state instead of ${forms[1]!.length}.`,
  )
  forms[0]!.forEach((leaf, index) => {
    assertAlike(`${metric.type}: new state, tensor ${index}`, leaf, forms[1]![index]!)
  })
  onBackend(backend, () => metric.result(next))
  assertAllClose(`${metric.type}: a second init()`, await read(onBackend(backend, () => metric.init(shape))), before, 0)
  // reading the figure before the first batch must not fail
  await takeToHost(onBackend(backend, () => metric.result(metric.init(shape))))
}

async function checkOneSample(setup: Setup): Promise<void> {
  const first = ({ shape, dtype, values }: HostTensor): HostTensor => ({
    shape: [1, ...shape.slice(1)],
    dtype,
    values: values.slice(0, values.length / shape[0]!),
  })
  const [{ target, prediction }] = setup.batches as [Batch]
  // some figures, such as a correlation, are not defined for one sample
  await measure(setup, [{ target: first(target), prediction: first(prediction) }])
}

function weightsFor({ target }: Batch, weight: (sample: number) => number): HostTensor {
  const batch = target.shape[0]!
  return { shape: [batch], dtype: 'float32', values: Array.from({ length: batch }, (_, i) => weight(i)) }
}

function joined(batches: readonly Batch[]): Batch {
  const join = (parts: readonly HostTensor[]): HostTensor => ({
    shape: [parts.reduce((total, { shape }) => total + shape[0]!, 0), ...parts[0]!.shape.slice(1)],
    dtype: parts[0]!.dtype,
    values: parts.flatMap(({ values }) => values),
  })
  const weights = batches.flatMap(({ weight }) => (weight ? [weight] : []))
  return {
    target: join(batches.map(({ target }) => target)),
    prediction: join(batches.map(({ prediction }) => prediction)),
    ...(weights.length > 0 && { weight: join(batches.map((batch) => batch.weight ?? weightsFor(batch, () => 1))) }),
  }
}

function withoutFirst({ shape, dtype, values }: HostTensor): HostTensor {
  return { shape: [shape[0]! - 1, ...shape.slice(1)], dtype, values: values.slice(values.length / shape[0]!) }
}
