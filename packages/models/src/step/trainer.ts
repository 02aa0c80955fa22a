import {
  ConfigError,
  DataError,
  describeValue,
  inferLayers,
  type LayerPlace,
  type LayerTrees,
  layersWithin,
  Rng,
  readVariables,
  splitByTrainable,
  type VariableTrees,
  type WeightValue,
  writeVariables,
} from '@gradus/core'
import { compile } from '@gradus/graph'
import {
  formatShape,
  sameShape,
  Tensor,
  type Tree,
  tensor,
  tidy,
  treeForEach,
  treeLeaves,
  treeMap,
  treeReplace,
} from '@gradus/tensor'
import { apply, identityOp } from '@gradus/tensor/internals'
import { type DataModel, disposeTree, type HostBatch, mapBatch, Orders, type Ports, toDevice } from '../input/index.ts'
import {
  checkTargets,
  checkValues,
  type NameResolver,
  Objective,
  type ObjectiveOptions,
  type TrackerState,
} from '../objective/index.ts'
import {
  type CompiledTestStep,
  type CompiledTrainStep,
  makeTestStep,
  makeTrainStep,
  type StepFacts,
  type TrainState,
} from './make-steps.ts'
import { type OptimizerSet, type OptimizerStates, Optimizers } from './optimizers.ts'
import type { Figures } from './step-batch.ts'
import type { StepModel } from './step-model.ts'
import { ShapeStep } from './train-step.ts'

/** What `compile` fixed. */
export interface TrainerSetup extends ObjectiveOptions {
  readonly optimizer: OptimizerSet
  readonly registry: NameResolver | undefined
  readonly jit: boolean
}

/** A model that can be trained: what its steps are, what its data looks like, and its weights. */
export interface TrainableModel extends StepModel, DataModel {
  /** Makes the weights of layers that have none yet and know the shapes of their inputs. */
  build(): unknown
}

/** The compiled steps of a model for one kind of targets. */
export interface CompiledSteps extends StepFacts {
  readonly train: CompiledTrainStep
  readonly test: CompiledTestStep
  readonly results: (tracker: TrackerState) => Record<string, Tensor>
  /** The figures before the first batch. */
  readonly noTraining: () => TrackerState
  readonly noTest: () => TrackerState
}

/** A compiled model in training: its steps, its optimizers' states, and the way between them and the layers' variables. */
export class Trainer {
  optimizerState: OptimizerStates | undefined
  /** Counts changes from outside (weights set, learning rate set), after which a running loop reads everything again. */
  revision = 0
  /** Steps trained so far, over all calls of fit. */
  steps = 0
  readonly orders: Orders
  readonly optimizers: Optimizers
  private compiled: CompiledSteps | undefined
  private places: readonly LayerPlace[] | undefined
  private readonly checked = new Set<string>()
  private key: Tensor | undefined
  private busy = false

  constructor(
    readonly model: TrainableModel,
    readonly setup: TrainerSetup,
    private readonly rng: Rng,
  ) {
    this.orders = new Orders(setup.jit)
    this.optimizers = new Optimizers(model, setup.optimizer)
  }

  /** Decides dropout, together with the number of the step. */
  get dropoutKey(): Tensor {
    this.key ??= tidy(() => this.rng.fork('steps').key)
    return this.key
  }

  get shuffleRng(): Rng {
    return this.rng.fork('shuffle')
  }

  get objective(): Objective | undefined {
    return this.compiled?.objective
  }

  /** The steps, made for the first batch that is seen, after it was checked on the host. */
  stepsFor(batch: HostBatch, ports: Ports): CompiledSteps {
    this.compiled ??= this.makeSteps(batch, ports)
    const { losses } = this.compiled.objective
    const shapes = batch.targets.map((target) => target && `${target.dtype}${target.shape}`).join()
    if (!this.checked.has(shapes)) checkTargets(batch, ports, losses)
    this.checked.add(shapes)
    checkValues(batch, ports, losses)
    return this.compiled
  }

  /** The model and all layers within it; what is trainable is fixed by `compile`. */
  private get layers(): readonly LayerPlace[] {
    if (!this.places) {
      this.model.build()
      this.places = layersWithin(this.model)
    }
    return this.places
  }

  /** The variables of the model. */
  get variables(): VariableTrees {
    return readVariables(this.layers)
  }

  private makeSteps(batch: HostBatch, ports: Ports): CompiledSteps {
    const { model, setup, optimizers } = this
    const shapes = batch.targets.map((target) => target && [null, ...target.shape.slice(1)])
    const objective = new Objective(ports.outputs, shapes, setup, setup.registry)
    const facts = { model, ports, objective }
    const trained = once(() => figuresOf(facts, optimizers, batch, (step) => model.trainStep(step.batch, step)))
    const tested = once(() => figuresOf(facts, optimizers, batch, (step) => model.testStep(step.batch, step)))
    const results = (tracker: TrackerState) => objective.results(tracker)
    const first = (figures: readonly string[]) => objective.init(figures)
    const start = setup.jit ? compile(first) : (figures: readonly string[]) => tidy(() => first(figures))
    return {
      ...facts,
      train: makeTrainStep(facts, optimizers, setup),
      test: makeTestStep(facts, (params) => splitByTrainable(this.layers, params).trainable, setup),
      results: setup.jit ? compile(results) : (tracker) => tidy(() => treeMap(copyTensor, results(tracker))),
      noTraining: () => start(trained()),
      noTest: () => start(tested()),
    }
  }

  /** What the first step of a run starts from; the tensors are the layers' own and are given away to it. */
  begin(steps: CompiledSteps, kept?: TrackerState): { state: TrainState; frozen: LayerTrees } {
    const tracker = kept ?? steps.noTraining()
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

  /** Makes what a step left the layers' variables and the optimizers' states. */
  commit({ trainable, state, optimizer }: Pick<TrainState, 'trainable' | 'state' | 'optimizer'>): void {
    // frozen parameters are not part of the state and stay
    writeVariables(this.layers, { params: trainable, state })
    this.optimizerState = optimizer
  }

  /** The rate of an optimizer as a number; with a schedule, that of the next step. */
  learningRateOf(name?: string): number {
    return this.optimizers.rateOf(name, this.optimizerState)
  }

  setLearningRate(value: number, name?: string): void {
    this.optimizerState = this.optimizers.setRate(value, name, this.optimizerState)
    this.revision++
  }

  /** Takes over saved states of the optimizers. */
  async restore(saved: readonly WeightValue[], steps: number): Promise<void> {
    this.steps = steps
    if (saved.length === 0) return
    const { trainable } = splitByTrainable(this.layers, this.variables.params)
    const fresh = this.optimizers.init(trainable)
    const byPath = new Map(saved.map((value) => [value.path, value]))
    const paths: string[] = []
    treeForEach(fresh as Tree, (leaf, path) => {
      paths.push(path)
      const found = byPath.get(path)
      if (!found || !sameShape(found.shape, leaf.shape)) {
        throw new ConfigError(
          `The saved optimizer state has ${found ? `another shape for` : 'no'} '${path}': it belongs to another optimizer or other layers. Load with compile: false and compile the model yourself.`,
        )
      }
    })
    const restored = paths.map((path) => toDevice(byPath.get(path)!))
    this.optimizerState = treeReplace(fresh as Tree, restored) as OptimizerStates
    disposeTree(fresh)
    await this.optimizers.readRates(this.optimizerState)
    this.revision++
  }

  /** Ends a run: optimizers may replace the parameters, for example by their moving average. */
  async finish(): Promise<void> {
    if (!this.optimizerState) return
    const { trainable } = splitByTrainable(this.layers, this.variables.params)
    const averaged = this.optimizers.finalize(trainable, this.optimizerState)
    if (!averaged) return
    const final = treeMap(copyTensor, averaged)
    // a backend that computes in the background reports failures to reads
    await Promise.all(treeLeaves(final).map((leaf) => leaf.data()))
    writeVariables(this.layers, { params: final as LayerTrees })
  }
}

/**
 * The names of the figures that a step returns, found by running it on shapes alone; that also tells its layers the shapes of
 * their inputs.
 */
function figuresOf(
  facts: StepFacts,
  optimizers: Optimizers,
  { size, ...arrays }: HostBatch,
  run: (step: ShapeStep) => Figures,
): string[] {
  const figures = inferLayers((forward) => {
    const batch = { ...mapBatch(arrays, ({ shape, dtype }) => new Tensor({ shape, dtype })), size }
    const rng = new Rng(new Tensor({ shape: [2], dtype: 'uint32' }))
    const none = { params: {}, state: {}, penalized: {}, trainable: {} }
    return run(new ShapeStep({ ...facts, ...none, batch, rng, optimizers, optimizer: {}, forward }))
  })
  for (const [name, value] of Object.entries(figures ?? {})) {
    if (value instanceof Tensor && value.rank === 0) continue
    const found = value instanceof Tensor ? `a tensor of shape ${formatShape(value.shape)}` : describeValue(value)
    throw new ConfigError(`A step of ${facts.model.type} returned ${found} as '${name}'; expected a scalar tensor.`)
  }
  return Object.keys(figures ?? {})
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** A tensor with the same value, which can be freed by itself. */
function copyTensor(value: Tensor): Tensor {
  return apply(identityOp, [value], null)
}
