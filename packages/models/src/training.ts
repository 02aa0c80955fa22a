import {
  ConfigError,
  DataError,
  type Logs,
  type Optimizer,
  type OptimizerState,
  type Rng,
  type WeightValue,
} from '@gradus/core'
import { compile } from '@gradus/graph'
import {
  apply,
  full,
  identityOp,
  sameShape,
  scope,
  type Tensor,
  tensor,
  treeForEach,
  treeLeaves,
  treeMap,
  treeReplace,
} from '@gradus/tensor'
import { type DeviceBatch, type HostBatch, type Ports, toDevice, upload } from './batches.ts'
import { checkSamples } from './checks.ts'
import { disposeTree } from './dispose.ts'
import { explainDivergence } from './divergence.ts'
import type { ByLayer, Network } from './network.ts'
import { Objective, type ObjectiveOptions, type TrackerState } from './objective.ts'
import { Orders } from './order.ts'
import type { NameResolver } from './resolve.ts'
import { readScalars } from './scalars.ts'
import { type Carry, makeTestStep, makeTrainStep, type TestStep, type TrainStep } from './steps.ts'
import { computesInHalves, readVariables, splitByTrainable, writeVariables } from './variables.ts'

/** What `compile` fixed. */
export interface Setup extends ObjectiveOptions {
  readonly optimizer: Optimizer
  readonly registry: NameResolver | undefined
  readonly jit: boolean
}

/** The steps of a model for one kind of targets. */
export interface Program {
  readonly objective: Objective
  readonly train: TrainStep
  readonly test: TestStep
  readonly results: (tracker: TrackerState) => Record<string, Tensor>
}

/** A compiled model in training: its steps, its optimizer's state, and the way between them and the layers' variables. */
export class Training {
  optimizerState: OptimizerState | undefined
  /** Counts changes from outside (weights set, learning rate set), after which a running loop reads everything anew. */
  revision = 0
  /** Steps trained so far, over all calls of fit. */
  steps = 0
  readonly orders: Orders
  private readonly optimizer: Optimizer
  private program: Program | undefined
  private rate: number | undefined
  private key: Tensor | undefined
  private busy = false

  constructor(
    readonly network: Network,
    readonly setup: Setup,
    private readonly rng: Rng,
  ) {
    this.orders = new Orders(setup.jit)
    this.optimizer = computesInHalves(network) ? withLossScale(setup.optimizer) : setup.optimizer
  }

  get ports(): Ports {
    return this.network.ports
  }

  /** Decides dropout, together with the number of the step. */
  get dropoutKey(): Tensor {
    this.key ??= scope(() => this.rng.fork('steps').key)
    return this.key
  }

  get shuffleRng(): Rng {
    return this.rng.fork('shuffle')
  }

  /** The steps, made for the shapes of the first batch that is seen. */
  steppers(batch: HostBatch): Program {
    if (this.program) return this.program
    const { network, setup } = this
    const { outputs } = this.ports
    const objective = new Objective(
      outputs,
      batch.targets.map((target) => target && [null, ...target.shape.slice(1)]),
      setup,
      setup.registry,
    )
    const results = (tracker: TrackerState) => objective.results(tracker)
    this.program = {
      objective,
      train: makeTrainStep(network, objective, this.optimizer, setup),
      test: makeTestStep(network, objective, setup),
      results: setup.jit ? compile(results) : (tracker) => scope(() => treeMap(own, results(tracker))),
    }
    return this.program
  }

  get objective(): Objective | undefined {
    return this.program?.objective
  }

  /** Checks samples on the host before anything is trained: shapes of targets, finite numbers, labels that exist. */
  check(samples: HostBatch): void {
    checkSamples(samples, this.ports, this.steppers(samples).objective.losses)
  }

  /** What the first step of a run starts from; the tensors are the layers' own and are given away to it. */
  begin(objective: Objective, tracker = objective.init()): { carry: Carry; frozen: ByLayer } {
    const { params, state } = readVariables(this.network)
    const { trainable, frozen } = splitByTrainable(this.network, params)
    if (treeLeaves(trainable).length === 0) {
      throw new DataError(
        'The model has no parameters to train: it has no layer with parameters, or all are frozen (trainable = false).',
      )
    }
    if (!this.optimizerState) {
      this.optimizerState = scope(() => this.optimizer.init(trainable))
      this.applyRate()
    }
    const carry: Carry = {
      trainable,
      state,
      optimizer: this.optimizerState,
      tracker,
      step: tensor(this.steps, { dtype: 'int32' }),
      failedAt: tensor(-1, { dtype: 'int32' }),
      position: tensor(0, { dtype: 'int32' }),
    }
    return { carry, frozen }
  }

  /** Takes the model for one run of `fit`; the result gives it back. Throws while another run has it. */
  occupy(): () => void {
    if (this.busy) {
      throw new ConfigError(
        'fit was called while another fit of the same model is running. Wait for that one: `await model.fit(...)`.',
      )
    }
    this.busy = true
    return () => {
      this.busy = false
    }
  }

  /** Makes what a step left the layers' variables and the optimizer's state. */
  commit({ trainable, state, optimizer }: Pick<Carry, 'trainable' | 'state' | 'optimizer'>): void {
    // frozen parameters are not part of the carry and stay
    writeVariables(this.network, { params: trainable, state })
    this.optimizerState = optimizer
  }

  /** The optimizer's rate as a number; with a schedule, that of the next step. */
  get learningRate(): number {
    const { learningRate } = this.setup.optimizer
    if (this.rate !== undefined) return this.rate
    if (typeof learningRate === 'number') return learningRate
    return scope(() => learningRate.at(this.optimizerState?.iteration ?? full([], 0, 'int32')).dataSync()[0]!)
  }

  set learningRate(value: number) {
    const { optimizer } = this.setup
    if (typeof optimizer.learningRate !== 'number') {
      throw new ConfigError(
        `The learning rate follows the schedule ${optimizer.learningRate.type} and cannot be set. Compile with a number to set it.`,
      )
    }
    if (!(value >= 0)) throw new ConfigError(`learningRate must be a number from 0 and is ${value}.`)
    this.rate = Math.fround(value) // as the state keeps it, so that a saved rate is the same
    this.applyRate()
    this.revision++
  }

  /** One update, or one test, on one batch. */
  async onBatch(batch: HostBatch, train: boolean): Promise<Logs> {
    const program = this.steppers(batch)
    this.check(batch)
    const device = upload(batch)
    let tracker: TrackerState
    try {
      tracker = train ? await this.trainOnce(program, device, batch) : this.testOnce(program, device)
    } finally {
      disposeTree(device)
    }
    const logs = await readScalars(program.results(tracker))
    disposeTree(tracker)
    return logs
  }

  private async trainOnce({ objective, train }: Program, device: DeviceBatch, batch: HostBatch): Promise<TrackerState> {
    const { carry, frozen } = this.begin(objective)
    const { tracker, step, failedAt, position, ...learnt } = train.run(
      1,
      carry,
      frozen,
      { batch: device },
      this.dropoutKey,
    )
    this.commit(learnt)
    const [failed] = await failedAt.data()
    disposeTree([step, failedAt, position])
    if (failed! >= 0) {
      disposeTree(tracker)
      throw await explainDivergence(this.network, objective, batch, { epoch: 0, step: this.steps })
    }
    this.steps++
    return tracker
  }

  private testOnce({ objective, test }: Program, device: DeviceBatch): TrackerState {
    const { params, state } = readVariables(this.network)
    const carry = { tracker: objective.init(), position: tensor(0, { dtype: 'int32' }) }
    const { tracker, position } = test.run(1, carry, params, state, { batch: device }, this.dropoutKey)
    position.dispose()
    return tracker
  }

  /** Takes over an optimizer's saved state. */
  async restore(saved: readonly WeightValue[], steps: number): Promise<void> {
    this.steps = steps
    if (saved.length === 0) return
    const { trainable } = splitByTrainable(this.network, readVariables(this.network).params)
    const fresh = this.optimizer.init(trainable)
    const byPath = new Map(saved.map((value) => [value.path, value]))
    const paths: string[] = []
    treeForEach(fresh, (leaf, path) => {
      paths.push(path)
      const found = byPath.get(path)
      if (!found || !sameShape(found.shape, leaf.shape)) {
        throw new ConfigError(
          `The saved optimizer state has ${found ? `another shape for` : 'no'} '${path}': it belongs to another optimizer or other layers. Load with compile: false and compile anew.`,
        )
      }
    })
    this.optimizerState = treeReplace(
      fresh,
      paths.map((path) => toDevice(byPath.get(path)!)),
    )
    disposeTree(fresh)
    await this.restoreRate()
    this.revision++
  }

  // The state says whether the rate was set during training; callbacks read it from here.
  private async restoreRate(): Promise<void> {
    const { learningRate } = this.setup.optimizer
    if (typeof learningRate !== 'number') return
    const [saved] = await this.optimizerState!.learningRate.data()
    this.rate = saved === Math.fround(learningRate) ? undefined : saved
  }

  private applyRate(): void {
    if (this.rate === undefined || !this.optimizerState) return
    this.optimizerState.learningRate.dispose()
    this.optimizerState = { ...this.optimizerState, learningRate: tensor(this.rate) }
  }

  /** Ends a run: the optimizer may replace the parameters, for example by their moving average. */
  async finish(): Promise<void> {
    const { optimizer } = this.setup
    if (!optimizer.config.useEma || !this.optimizerState) return
    const { trainable } = splitByTrainable(this.network, readVariables(this.network).params)
    const final = treeMap(own, optimizer.finalize(trainable, this.optimizerState))
    // a backend that computes later tells failures to who reads
    await Promise.all(treeLeaves(final).map((leaf) => leaf.data()))
    writeVariables(this.network, { params: final as ByLayer })
  }
}

/** In float16 small gradients are 0 unless the loss is scaled. */
function withLossScale(optimizer: Optimizer): Optimizer {
  if (optimizer.config.lossScaleFactor !== undefined) return optimizer
  const Class = optimizer.constructor as new (config: object) => Optimizer
  return new Class({ ...optimizer.config, lossScaleFactor: 'dynamic' })
}

/** A tensor of its own with the same value, which can be freed by itself. */
function own(value: Tensor): Tensor {
  return apply(identityOp, [value], null)
}
