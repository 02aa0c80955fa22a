import { cpu } from '@gradus/backend-cpu'
import type { Optimizer, OptimizerState } from '@gradus/core'
import { compile } from '@gradus/graph'
import { type Backend, onBackend, type Tensor, treeLeaves } from '@gradus/tensor'
import { type Check, demand, inFloat64, withSkips } from '../check.ts'
import { assertAlike, assertAllClose } from '../compare.ts'
import { optionChecks } from '../config-checks.ts'
import { instanceOf, type Source } from '../configured-source.ts'
import { type HostTensor, toDevice, toHost } from '../host.ts'
import { RandomNumbers } from '../random-numbers.ts'
import { roundTrip, withOptions } from '../round-trip.ts'
import { bowl, type Problem, solve, valley } from './problems.ts'

/** The options of `optimizerChecks`. */
export interface OptimizerCheckOptions<C = object> {
  /** The config, if the optimizer is given as a class. */
  readonly config?: C
  /** The learning rate of the convergence checks (default 0.1). */
  readonly learningRate?: number
  /** The number of steps of the convergence checks (default 300). */
  readonly steps?: number
  /** The largest fraction of the initial loss that may remain in the quadratic bowl (default 0.01). */
  readonly remaining?: number
  /** The names of the slots of each parameter. */
  readonly expectedSlots?: readonly string[]
  /** The checks to skip by name, each with a reason. */
  readonly skip?: Readonly<Record<string, string>>
  /** Whether the backend computes in float64 (default true). Checks that need it are skipped otherwise. */
  readonly float64?: boolean
  readonly backend?: Backend
}

interface Setup {
  readonly backend: Backend
  readonly optimizer: Optimizer
}

/**
 * The requirements of an optimizer, as checks for any test runner: it converges, compiled with donated state and in constant
 * memory; its inputs and the form of its state do not change; it clips gradients; compiled equals eager; the config survives
 * JSON; wrong options are refused; the cpu backend gives the same.
 */
export function optimizerChecks(source: Source<Optimizer>, options: OptimizerCheckOptions): Check[] {
  const setup = (): Setup => ({ backend: options.backend ?? cpu(), optimizer: instanceOf(source, options.config) })
  const check = (name: string, body: (setup: Setup) => void | Promise<void>): Check => ({
    name,
    run: async () => body(setup()),
  })
  const { learningRate = 0.1, steps = 300, remaining = 0.01, expectedSlots } = options
  const converges = (problem: Problem, rate: number, rest: number) => async (s: Setup) => {
    const optimizer = withOptions(s.optimizer, { learningRate: rate })
    const { before, after, traces, grown } = await solve(problem, optimizer, s.backend, steps)
    demand(
      after < rest * before,
      `${optimizer.type}: ${steps} steps at rate ${rate} took the loss of the ${problem.name} from ${before} to ${after}; less than ${rest * before} was expected.`,
    )
    demand(traces === 1, `${optimizer.type}: the compiled step was traced ${traces} times instead of once.`)
    demand(
      grown === undefined,
      `${optimizer.type}: memory().buffers rose at step ${grown} of a compiled step with donated parameters and state.`,
    )
  }
  const checks = [
    check('converges in a quadratic bowl, compiled, in constant memory', converges(bowl, learningRate, remaining)),
    check('reduces the loss along a curved valley', converges(valley, learningRate / 5, 0.5)),
    check('keeps its inputs and the form of its state', (s) => checkForm(s, expectedSlots)),
    check('compiled equals eager', async (s) =>
      assertAllClose(`${s.optimizer.type}, compiled`, await advance(s, { compiled: true }), await advance(s), 1e-5),
    ),
    ...inFloat64(options.float64, [check('follows the dtype of the parameters', checkDtype)]),
    check('clips gradients as configured', checkClipping),
    check('zero gradients leave finite values', async (s) => {
      const values = await advance(s, { gradients: parameters.map((p) => ({ ...p, values: p.values.map(() => 0) })) })
      demand(
        values.every((tensor) => tensor.values.every(Number.isFinite)),
        `${s.optimizer.type}: zero gradients give parameters or state that are not finite.`,
      )
    }),
    check('a parameter without a gradient does not change', checkMissing),
    check('its config survives JSON', async (s) => {
      assertAllClose(
        `${s.optimizer.type} from JSON`,
        await advance({ ...s, optimizer: roundTrip(s.optimizer) }),
        await advance(s),
        0,
      )
    }),
    ...(options.backend === undefined || options.backend.name === 'cpu'
      ? []
      : [
          check('the cpu backend gives the same', async (s) =>
            assertAllClose(
              s.optimizer.type,
              await advance(s, { compiled: true }),
              await advance({ ...s, backend: cpu() }),
              1e-4,
            ),
          ),
        ]),
    ...optionChecks(() => instanceOf(source, options.config)),
  ]
  return withSkips(checks, options.skip ?? {})
}

type Params = { dense: { kernel: Tensor; bias: Tensor }; list: Tensor[] }

const random = (seed: string, shape: readonly number[]): HostTensor => ({
  shape,
  dtype: 'float32',
  values: new RandomNumbers(seed).fill(shape, 'float32'),
})
const shapes = [[3, 2], [2], []] as const
const parameters: readonly HostTensor[] = shapes.map((shape, i) => random(`parameter ${i}`, shape))
const someGradients: readonly HostTensor[] = shapes.map((shape, i) => random(`gradient ${i}`, shape))

function treeOf(backend: Backend, hosts: readonly HostTensor[]): Params {
  const [kernel, bias, item] = hosts.map((host) => toDevice(backend, host)) as [Tensor, Tensor, Tensor]
  return { dense: { kernel, bias }, list: [item] }
}

async function hostsOf(tree: unknown): Promise<HostTensor[]> {
  return Promise.all(treeLeaves(tree).map(toHost))
}

/** The parameters and the state after three updates with the same gradients. */
async function advance(
  { backend, optimizer }: Setup,
  {
    compiled = false,
    gradients = someGradients,
    start = parameters,
  }: { compiled?: boolean; gradients?: readonly HostTensor[]; start?: readonly HostTensor[] } = {},
): Promise<HostTensor[]> {
  const update = (grads: Params, state: OptimizerState, params: Params) => optimizer.update(grads, state, params)
  const step = compiled ? compile(update) : update
  const grads = treeOf(backend, gradients)
  let params = treeOf(backend, start)
  let state = onBackend(backend, () => optimizer.init(params))
  for (let i = 0; i < 3; i++) [params, state] = onBackend(backend, () => step(grads, state, params))
  return hostsOf([params, state])
}

async function checkForm({ backend, optimizer }: Setup, expectedSlots: readonly string[] | undefined): Promise<void> {
  const [params, grads] = [treeOf(backend, parameters), treeOf(backend, someGradients)]
  const state = onBackend(backend, () => optimizer.init(params))
  const before = await hostsOf([params, grads, state])
  const [next, nextState] = onBackend(backend, () => optimizer.update(grads, state, params))
  assertAllClose(`${optimizer.type}: the arguments of update`, await hostsOf([params, grads, state]), before, 0)
  const forms = [
    [...treeLeaves(next), ...treeLeaves(nextState)],
    [...treeLeaves(params), ...treeLeaves(state)],
  ] as const
  demand(
    forms[0].length === forms[1].length,
    `${optimizer.type}: update returned ${forms[0].length} tensors instead of ${forms[1].length}.`,
  )
  forms[0].forEach((leaf, index) => {
    assertAlike(`${optimizer.type}: parameters and state after an update, tensor ${index}`, leaf, forms[1][index]!)
  })
  const [iteration] = (await toHost(nextState.iteration)).values
  demand(iteration === 1, `${optimizer.type}: the iteration after one update is ${iteration}.`)
  const slots = Object.keys(state.slots).sort().join(', ')
  const expected = expectedSlots && [...expectedSlots].sort().join(', ')
  demand(
    expected === undefined || slots === expected,
    `${optimizer.type}: the slots are ${slots || 'none'} and ${expected || 'none'} were expected.`,
  )
}

async function checkDtype(setup: Setup): Promise<void> {
  const wide = (hosts: readonly HostTensor[]) => hosts.map((host) => ({ ...host, dtype: 'float64' as const }))
  const double = await advance(setup, { gradients: wide(someGradients), start: wide(parameters) })
  const single = await advance(setup)
  const count = parameters.length
  for (const tensor of double.slice(0, count))
    demand(tensor.dtype === 'float64', `${setup.optimizer.type}: float64 parameters became ${tensor.dtype}.`)
  assertAllClose(
    `${setup.optimizer.type}, float32 against float64`,
    single.slice(0, count),
    double.slice(0, count).map((t) => ({ ...t, dtype: 'float32' as const })),
    1e-3,
  )
}

// updates with clipping must equal updates without it that get gradients clipped on the host
async function checkClipping(setup: Setup): Promise<void> {
  const norm = (hosts: readonly HostTensor[]) =>
    Math.sqrt(hosts.flatMap(({ values }) => values).reduce((total, x) => total + x * x, 0))
  const scaled = (host: HostTensor, factor: number): HostTensor => ({
    ...host,
    values: host.values.map((x) => x * factor),
  })
  const limit = 0.5
  const clipped = {
    clipNorm: someGradients.map((g) => scaled(g, limit / Math.max(norm([g]), limit))),
    globalClipNorm: someGradients.map((g) => scaled(g, limit / Math.max(norm(someGradients), limit))),
    clipValue: someGradients.map((g) => ({ ...g, values: g.values.map((x) => Math.min(Math.max(x, -limit), limit)) })),
  }
  const none = { clipNorm: undefined, globalClipNorm: undefined, clipValue: undefined }
  const plain = withOptions(setup.optimizer, none)
  for (const [option, gradients] of Object.entries(clipped)) {
    const optimizer = withOptions(setup.optimizer, { ...none, [option]: limit })
    const actual = await advance({ ...setup, optimizer })
    const expected = await advance({ ...setup, optimizer: plain }, { gradients })
    assertAllClose(`${optimizer.type}, ${option}: ${limit}`, actual, expected, 1e-4)
  }
}

async function checkMissing({ backend, optimizer }: Setup): Promise<void> {
  const params = treeOf(backend, parameters)
  const grads = treeOf(backend, someGradients)
  const partial = { dense: { kernel: grads.dense.kernel, bias: null }, list: [null] }
  const [next] = onBackend(backend, () => optimizer.update(partial, optimizer.init(params), params))
  assertAllClose(
    `${optimizer.type}: parameters without a gradient`,
    (await hostsOf(next)).slice(1),
    parameters.slice(1),
    0,
  )
}
