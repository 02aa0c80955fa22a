import { valueAndGrad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { type Callback, type Configured, Constraint, Initializer, Regularizer, Rng, Schedule } from '@gradus/core'
import { compile } from '@gradus/graph'
import {
  type Backend,
  type DType,
  formatShape,
  onBackend,
  type Shape,
  sameShape,
  sum,
  type Tensor,
} from '@gradus/tensor'
import { type Check, demand, withSkips } from '../check.ts'
import { assertAllClose } from '../compare.ts'
import { configChecks } from '../config-checks.ts'
import { type HostTensor, takeToHost, toDevice } from '../host.ts'
import { RandomNumbers } from '../random-numbers.ts'

/** The small parts of layers and of training: what has a suite of a few lines. */
export type Part = Initializer | Regularizer | Constraint | Schedule | Callback

/** The options of `partChecks`. */
export interface PartCheckOptions {
  /** The shapes of the parameters (default a few of two to four axes). */
  readonly shapes?: readonly Shape[]
  /** Whether an initializer, regularizer or constraint computes in float64 too (default true). */
  readonly float64?: boolean
  /** The checks to skip by name, each with a reason. */
  readonly skip?: Readonly<Record<string, string>>
  readonly backend?: Backend
}

/** A computation from a tensor, which a part is tested with. */
type Run = (x: Tensor) => Tensor

/**
 * The requirements of an initializer, a regularizer, a constraint, a schedule or a callback, as checks for any test runner: its
 * options are checked and survive JSON; results have the shape and the dtype that they must have and are finite; compiled equals
 * eager; the cpu backend gives the same; a regularizer has a finite derivative, and a constraint leaves what it made as it is.
 *
 * @example
 * import { Constraint } from '@gradus/core'
 * import { maximum } from '@gradus/tensor'
 * import { partChecks, runChecks } from '@gradus/testing/checks'
 * class AtLeast extends Constraint {
 *   static type = 'acme/AtLeast'
 *   static fields = { value: { type: 'number', default: 0 } }
 *   project(x) {
 *     return maximum(x, this.options.value)
 *   }
 * }
 * const outcomes = await runChecks(partChecks(() => new AtLeast()))
 * outcomes.filter(({ status }) => status !== 'passed') // => []
 */
export function partChecks(make: () => Part, options: PartCheckOptions = {}): Check[] {
  const part = make()
  const dtypes: readonly DType[] = options.float64 === false ? ['float32'] : ['float32', 'float64']
  const shapes = options.shapes ?? [
    [4, 3],
    [2, 3, 4],
    [2, 2, 3, 2],
  ]
  const backend = options.backend ?? cpu()
  const check = (name: string, run: () => void | Promise<void>): Check => ({ name, run })
  const each = (body: (x: HostTensor) => Promise<void>) => async () => {
    const random = new RandomNumbers(part.type)
    const given = part instanceof Schedule ? [[]] : shapes
    for (const shape of given)
      for (const dtype of dtypes) await body({ shape, dtype, values: random.fill(shape, dtype) })
  }
  const run = runOf(make())
  const checks = !run
    ? []
    : [
        check(
          'results have the right shape and are finite',
          each((x) => checkResult(part, run, x, backend)),
        ),
        check(
          'compiled equals eager',
          each(async (x) =>
            assertAllClose(
              `${part.type}, compiled`,
              await evaluate(compile(run), x, backend),
              await evaluate(run, x, backend),
              1e-5,
            ),
          ),
        ),
        ...(backend.name === 'cpu'
          ? []
          : [
              check(
                'the cpu backend gives the same',
                each(async (x) =>
                  assertAllClose(part.type, await evaluate(run, x, backend), await evaluate(run, x, cpu()), 1e-4),
                ),
              ),
            ]),
      ]
  return withSkips([...configChecks(make), ...checks], options.skip ?? {})
}

/** The computation of a part; undefined for callbacks, which have none. */
function runOf(part: Configured): Run | undefined {
  if (part instanceof Initializer) return ({ shape, dtype }) => part.make(new Rng(3).key, shape, dtype)
  if (part instanceof Regularizer) return (x) => part.loss(x)
  if (part instanceof Constraint) return (x) => part.project(x)
  if (part instanceof Schedule) return (x) => part.at(x)
  return undefined
}

async function evaluate(run: Run, x: HostTensor, backend: Backend): Promise<HostTensor[]> {
  return takeToHost(onBackend(backend, () => [run(toDevice(backend, x))]))
}

async function checkResult(part: Part, run: Run, x: HostTensor, backend: Backend): Promise<void> {
  const [result] = (await evaluate(run, x, backend)) as [HostTensor]
  const scalar = part instanceof Regularizer || part instanceof Schedule
  const label = `${part.type} for ${x.dtype}${formatShape(x.shape)}`
  demand(
    sameShape(result.shape, scalar ? [] : x.shape) && (part instanceof Schedule || result.dtype === x.dtype),
    `${label}: the result is ${result.dtype}${formatShape(result.shape)}.`,
  )
  demand(result.values.every(Number.isFinite), `${label}: the result is not finite.`)
  if (part instanceof Regularizer) await checkDerivatives(part, x, backend, label)
  if (part instanceof Constraint)
    assertAllClose(`${label}, applied twice`, await evaluate(run, result, backend), [result], 1e-3)
  if (part instanceof Schedule) await checkSteps(part, backend)
}

/** Throws unless the derivative of a regularizer is finite, also where all parameters are 0. */
async function checkDerivatives(part: Regularizer, x: HostTensor, backend: Backend, label: string): Promise<void> {
  for (const input of [x, { ...x, values: x.values.map(() => 0) }]) {
    const gradient = await takeToHost(
      onBackend(backend, () => valueAndGrad((at: Tensor) => sum(part.loss(at)))(toDevice(backend, input))[1]),
    )
    demand(gradient[0]!.values.every(Number.isFinite), `${label}: the derivative is not finite.`)
  }
}

/** Throws unless a schedule has finite rates from the first step to a late one, in one dtype. */
async function checkSteps(part: Schedule, backend: Backend): Promise<void> {
  for (const step of [0, 1, 7, 1000, 100_000]) {
    const [rate] = await takeToHost(
      onBackend(backend, () => [part.at(toDevice(backend, { shape: [], dtype: 'int32', values: [step] }))]),
    )
    demand(
      rate!.shape.length === 0 && Number.isFinite(rate!.values[0]),
      `${part.type}: the rate of step ${step} is ${rate!.values.join(', ')} of shape ${formatShape(rate!.shape)}.`,
    )
  }
}
