import {
  ConfigError,
  DataError,
  type LayerTrees,
  layersWithin,
  type NestedLayer,
  type Rng,
  readVariables,
  splitByTrainable,
  toDevice,
  type VariableTrees,
  variablesOf,
  type WeightValue,
  writeVariables,
} from '@gradus/core'
import {
  type Backend,
  currentBackend,
  type DType,
  onBackend,
  type Shape,
  sameShape,
  type Tensor,
  type Tree,
  tensor,
  tidy,
  treeForEach,
  treeLeaves,
  treeMap,
  treeReplace,
} from '@gradus/tensor'
import { type DataModel, disposeTree, type HostBatch, Orders, type Ports } from '../input/index.ts'
import { checkLabels, checkTargets, checkValues, type Objective, type TrackerState } from '../objective/index.ts'
import { Access } from './access.ts'
import type { TestState, TrainState } from './make-steps.ts'
import { type OptimizerStates, Optimizers } from './optimizers.ts'
import { replaceStates } from './replace-states.ts'
import type { StepModel } from './step-model.ts'
import { type CompiledSteps, compileSteps, copyTensor, type TrainerSetup } from './trainer-steps.ts'
import { copyAverages, exchangeAverages } from './use-averages.ts'

/** The part of a model that training needs. */
export interface TrainableModel extends StepModel, DataModel {
  /** Builds the weights of layers that know their input shapes and have no weights yet. */
  build(): unknown
  /** Batches outside training so far. The random numbers that layers draw in a batch depend on it. */
  inferenceSteps: number
}

/**
 * Trains a compiled model: holds its compiled steps and the states of its optimizers, and moves variables between the layers and
 * the state of a step.
 */
export class Trainer {
  /** The states of the optimizers; undefined before the first step. */
  optimizerState: OptimizerStates | undefined
  /** Counts changes of weights and learning rates by the user, after which a running loop reads its variables again. */
  revision = 0
  /** Train steps so far, over all calls of `fit`. */
  steps = 0
  readonly orders: Orders
  readonly optimizers: Optimizers
  /** The order of steps and of calls that read or set variables. */
  readonly access = new Access()
  /** Whether the layers have the moving averages, and the optimizers the parameters. */
  private averaged = false
  private compiled: CompiledSteps | undefined
  private allLayers: readonly NestedLayer[] | undefined
  /** Shapes of targets that were checked. */
  private readonly checked = new Set<string>()
  private key: Tensor | undefined
  private testKey: Tensor | undefined
  private runBackend: Backend | undefined
  private warned = false

  constructor(
    readonly model: TrainableModel,
    readonly setup: TrainerSetup,
    private rng: Rng,
  ) {
    this.orders = new Orders(setup.jit)
    this.optimizers = new Optimizers(model, setup.optimizer)
  }

  /** The key from which, with the number of the step, the random numbers of a step follow. */
  get dropoutKey(): Tensor {
    this.key ??= tidy(() => this.rng.fork('steps').key)
    return this.key
  }

  /** The key from which, with the number of the batch, the random numbers of an evaluation follow. */
  get inferenceKey(): Tensor {
    this.testKey ??= tidy(() => this.rng.fork('inference').key)
    return this.testKey
  }

  /** The random stream that shuffles samples. */
  get shuffleRng(): Rng {
    return this.rng.fork('shuffle')
  }

  /** Losses and metrics; undefined before the first data. */
  get objective(): Objective | undefined {
    return this.compiled?.objective
  }

  /**
   * Checks a batch and returns the steps, which are compiled for the first batch. Throws `DataError` or `ShapeError` for targets
   * that are missing or do not fit, and for values that are not finite.
   */
  stepsFor(batch: HostBatch, ports: Ports): CompiledSteps {
    const { model, setup, optimizers } = this
    const trainable = (params: LayerTrees) => splitByTrainable(this.layers, params).trainable
    this.compiled ??= compileSteps({ model, setup, optimizers, trainable }, batch, ports)
    const { losses } = this.compiled.objective
    const shapes = batch.targets.map((target) => target && `${target.dtype}${target.shape}`).join()
    if (!this.checked.has(shapes)) checkTargets(batch, ports, losses)
    this.checked.add(shapes)
    checkValues(batch, ports, losses)
    return this.compiled
  }

  /** Returns a check of the labels of a batch of a dataset, which throws `DataError`. */
  labelCheck({ outputs }: Ports): (batch: HostBatch) => void {
    return (batch) => checkLabels(batch, outputs, this.compiled!.objective.losses)
  }

  /** Warns once if `trainable` of a layer was changed since the steps were compiled, which still train the same parameters. */
  warnOfFrozen(): void {
    const before = new Map(this.allLayers?.map(({ layer, trained }) => [layer, trained]))
    const changed = layersWithin(this.model).find(({ layer, trained }) => (before.get(layer) ?? trained) !== trained)
    if (!changed || this.warned) return
    this.warned = true
    console.warn(
      `\`trainable\` of ${changed.path || 'the model'} was changed after training had begun, and has no effect yet. Call compile again.`,
    )
  }

  /** The model and all layers in it. Whether they are trainable is read once after `compile`. */
  private get layers(): readonly NestedLayer[] {
    if (!this.allLayers) {
      this.model.build()
      this.allLayers = layersWithin(this.model)
    }
    return this.allLayers
  }

  /** The variables of the model. */
  get variables(): VariableTrees {
    return readVariables(this.layers)
  }

  /**
   * Returns the state for the first step of a run, with the given tracker or a new one. It contains the tensors of the layers,
   * which the step overwrites.
   */
  begin(steps: CompiledSteps, givenTracker?: TrackerState): { state: TrainState; frozen: LayerTrees } {
    const tracker = givenTracker ?? steps.initTrainTracker()
    this.useAverages(false)
    const { layers, optimizers } = this
    const { params, state } = readVariables(layers)
    const { trainable, frozen } = splitByTrainable(layers, params)
    if (treeLeaves(trainable).length === 0) {
      throw new DataError(
        'The model has no parameters to train: it has no layer with parameters, or all are frozen (trainable = false).',
      )
    }
    this.optimizerState ??= optimizers.init(trainable)
    return {
      state: {
        trainable,
        state,
        optimizer: this.optimizerState,
        tracker,
        step: tensor(this.steps, { dtype: 'int32' }),
        failedAt: tensor(-1, { dtype: 'int32' }),
        position: tensor(0, { dtype: 'int32' }),
      },
      frozen,
    }
  }

  /** Returns the state for the first step of an evaluation. */
  beginTest(steps: CompiledSteps): TestState {
    const tracker = steps.initTestTracker()
    const { state } = this.variables
    const carried = steps
      .carriedPaths()
      .flatMap((path) => (state[path] ? [[path, treeMap(copyTensor, state[path])]] : []))
    return {
      tracker,
      position: tensor(0, { dtype: 'int32' }),
      carried: Object.fromEntries(carried) as LayerTrees,
      step: tensor(this.model.inferenceSteps, { dtype: 'uint32' }),
    }
  }

  /** Gives the layers the states at the end of an evaluation, which the layers own from then on, and frees the rest. */
  endTest({ carried, ...rest }: TestState): void {
    replaceStates(this.layers, carried)
    disposeTree(rest)
  }

  /** The backend of the model: during a run that of the run, otherwise the current one. */
  get backend(): Backend {
    return this.runBackend ?? currentBackend()
  }

  /** Whether a run of `fit` has reserved the model. */
  get running(): boolean {
    return this.runBackend !== undefined
  }

  /** Replaces the tensors that training keeps apart from variables, after a change of the backend. */
  moveTo(optimizerState: OptimizerStates | undefined, rng: Rng): void {
    this.forgetKey()
    this.rng = rng
    this.optimizerState = optimizerState
    this.revision++
  }

  /** Frees the tensors that training keeps apart from variables. */
  dispose(): void {
    this.forgetKey()
    disposeTree(this.optimizerState)
    this.optimizerState = undefined
  }

  private forgetKey(): void {
    this.key?.dispose()
    this.testKey?.dispose()
    this.key = undefined
    this.testKey = undefined
  }

  /**
   * Reserves the model for one run of `fit` on a backend, where it stays until the run ends. Returns a function that ends it.
   * Throws `ConfigError` during another run.
   */
  acquire(backend: Backend): () => void {
    if (this.running) {
      throw new ConfigError(
        'fit was called while another fit of the same model is running. Wait for that one: `await model.fit(...)`.',
      )
    }
    this.runBackend = backend
    return () => {
      this.runBackend = undefined
      this.access.open()
    }
  }

  /** Writes the state after a step into the layers and the optimizers. */
  commit({ trainable, state, optimizer }: Pick<TrainState, 'trainable' | 'state' | 'optimizer'>): void {
    // frozen parameters are not part of the state and keep their values
    writeVariables(this.layers, { params: trainable, state })
    this.optimizerState = optimizer
  }

  /** Whether the layers and the optimizers have these variables still: nothing has replaced them since `begin` or `commit`. */
  holds({ trainable, state, optimizer }: TrainState, frozen: LayerTrees): boolean {
    if (optimizer !== this.optimizerState) return false
    return this.layers.every(({ layer, path }) => {
      const own = variablesOf(layer)
      const parts = [trainable[path], frozen[path]].filter((part) => part !== undefined)
      return parts.every((part) => isPartOf(part, own?.params)) && (state[path] ?? own?.state) === own?.state
    })
  }

  /** Returns the learning rate of an optimizer as a number; with a schedule, that of the next step. */
  learningRateOf(name?: string): number {
    return this.optimizers.rateOf(name, this.optimizerState)
  }

  /** Sets the learning rate of an optimizer. Throws `ConfigError` with a schedule. */
  setLearningRate(value: number, name?: string): void {
    this.optimizerState = this.optimizers.setRate(value, name, this.optimizerState)
    this.revision++
  }

  /** The paths, shapes and dtypes of the optimizers' states. */
  stateOutline(): { path: string; shape: Shape; dtype: DType }[] {
    const { trainable } = splitByTrainable(this.layers, this.variables.params)
    const outline: { path: string; shape: Shape; dtype: DType }[] = []
    const initial = onBackend(this.backend, () => this.optimizers.init(trainable))
    treeForEach(initial as Tree, ({ shape, dtype }, path) => outline.push({ path, shape, dtype }))
    disposeTree(initial)
    return outline
  }

  /** Restores saved states of the optimizers and the number of steps. Throws `ConfigError` if they do not fit. */
  async restore(saved: readonly WeightValue[], steps: number): Promise<void> {
    this.steps = steps
    if (saved.length === 0) return
    const { trainable } = splitByTrainable(this.layers, this.variables.params)
    const { backend } = this
    const initial = onBackend(backend, () => this.optimizers.init(trainable))
    const byPath = new Map(saved.map((value) => [value.path, value]))
    const paths: string[] = []
    treeForEach(initial as Tree, (leaf, path) => {
      paths.push(path)
      const found = byPath.get(path)
      if (!found || !sameShape(found.shape, leaf.shape)) {
        throw new ConfigError(
          `The saved optimizer state has ${found ? `another shape for` : 'no'} '${path}': it belongs to another optimizer or other layers. Load with compile: false and compile the model yourself.`,
        )
      }
    })
    const restored = onBackend(backend, () => paths.map((path) => toDevice(byPath.get(path)!)))
    this.optimizerState = treeReplace(initial as Tree, restored) as OptimizerStates
    disposeTree(initial)
    await this.optimizers.readRates(this.optimizerState)
    this.revision++
  }

  /**
   * Gives the layers the moving averages of the trainable parameters, or the parameters again. The optimizers keep the others.
   * Before the first step there are no averages, and nothing changes. Returns false if no optimizer has `useEma`.
   */
  useAverages(used: boolean): boolean {
    const { layers, optimizers, optimizerState: states } = this
    if (optimizers.averaging.length === 0) return false
    if (states === undefined || used === this.averaged) return true
    this.optimizerState = exchangeAverages({ layers, optimizers, states })
    this.averaged = used
    this.revision++
    return true
  }

  /** Ends a run. Optimizers with a moving average of the parameters replace the parameters by it. */
  async finish(): Promise<void> {
    if (!this.optimizerState) return
    if (this.averaged) return this.keepAverages(this.optimizerState)
    const { trainable } = splitByTrainable(this.layers, this.variables.params)
    const { optimizerState } = this
    const averaged = onBackend(this.backend, () => this.optimizers.finalize(trainable, optimizerState))
    if (!averaged) return
    const final = treeMap(copyTensor, averaged)
    // a backend that computes in the background reports its failures to reads
    await Promise.all(treeLeaves(final).map((leaf) => leaf.data()))
    writeVariables(this.layers, { params: final as LayerTrees })
  }

  /** Ends a run after which the layers have the averages already. */
  private async keepAverages(states: OptimizerStates): Promise<void> {
    const { layers, optimizers } = this
    this.optimizerState = onBackend(this.backend, () => copyAverages({ layers, optimizers, states }, copyTensor))
    this.averaged = false
    this.revision++
  }
}

/** Whether a tree is `whole`, or has some of its leaves. */
function isPartOf(part: Tree, whole: Tree | undefined): boolean {
  if (part === whole) return true
  const all = new Set(treeLeaves(whole ?? {}))
  return treeLeaves(part).every((leaf) => all.has(leaf))
}
