import type { History } from '@gradus/callbacks'
import {
  type ArrayData,
  type CallbackHooks,
  type CallbackModel,
  ConfigError,
  type Dataset,
  type InputData,
  isDataset,
  isPlainObject,
  type Logs,
  type Named,
  type Optimizer,
  type WeightValue,
} from '@gradus/core'
import { type Tensor, type Tree, treeLeaves } from '@gradus/tensor'
import {
  batchesIn,
  type ClassWeight,
  openChunks,
  openData,
  type Ports,
  type SampleWeightData,
  sampleOf,
} from '../input/index.ts'
import {
  Evaluation,
  type FitOptions,
  fit,
  Hooks,
  predict,
  progressLoggers,
  type StepsOptions,
  TrainSteps,
  testOnBatch,
  trainOnBatch,
  type Verbose,
  verbosity,
} from '../loop/index.ts'
import {
  type CompileOptions,
  type KnownNames,
  type NameResolver,
  type NoNames,
  Objective,
  resolveOption,
} from '../objective/index.ts'
import {
  type CompiledPredictStep,
  type Figures,
  type ModelStep,
  makePredictStep,
  type OptimizerSet,
  type StepBatch,
  Trainer,
  type TrainerSetup,
  type TrainStep,
} from '../step/index.ts'
import { ModelStructure } from './model-structure.ts'

export interface EvaluateOptions {
  readonly batchSize?: number
  readonly verbose?: Verbose
  readonly sampleWeight?: SampleWeightData
  readonly steps?: number
  readonly callbacks?: readonly CallbackHooks[]
}

export interface PredictOptions {
  readonly batchSize?: number
  readonly verbose?: Verbose
  readonly steps?: number
  readonly callbacks?: readonly CallbackHooks[]
}

export interface BatchOptions {
  readonly sampleWeight?: SampleWeightData
  readonly classWeight?: ClassWeight
}

/** What a model does with data, by `compile`, `fit`, `evaluate` and `predict`, as in Keras. */
export abstract class ModelTraining<N extends KnownNames = NoNames, C extends object = object>
  extends ModelStructure<C>
  implements CallbackModel
{
  stopTraining = false
  private setup: TrainerSetup | undefined
  private executionSteps = 1
  protected trainer: Trainer | undefined
  private predictor: { readonly ports: Ports; readonly step: CompiledPredictStep } | undefined

  abstract getWeights(): Promise<WeightValue[]>
  abstract setWeights(weights: readonly WeightValue[]): Promise<void>
  abstract save(path: string): Promise<void>
  abstract saveWeights(path: string): Promise<void>

  /** Where `compile` looks names up when it is not given a registry: the static `registry` of the class. */
  protected get registry(): NameResolver | undefined {
    return (this.constructor as { readonly registry?: NameResolver }).registry
  }

  /**
   * One step of training on a batch: calls layers by `step.call`, and changes parameters by `step.minimize`. Pure, and
   * compiled into one program. Override it for training of another kind; returns figures that `fit` shows, scalars by name.
   */
  trainStep({ x }: StepBatch, step: TrainStep): Figures {
    return { loss: step.minimize(() => step.loss(step.callAll(this, x))) }
  }

  /** The figures of a batch, for `evaluate` and validation. */
  testStep({ x }: StepBatch, step: ModelStep): Figures {
    return { loss: step.total(() => step.loss(step.callAll(this, x))) }
  }

  /** The outputs for a batch, for `predict`. */
  predictStep(x: Tree, step: ModelStep): Tree {
    return step.callAll(this, x)
  }

  /**
   * Chooses optimizer, loss and metrics. Must be called before `fit` and `evaluate`, and again after `trainable` of a layer was
   * changed. The optimizer starts from the beginning; weights stay.
   */
  compile(options: CompileOptions<N>): void {
    const given = options as CompileOptions
    const { optimizer, registry = this.registry, jit = true, stepsPerExecution = 1, ...objective } = given
    this.executionSteps = stepsPerExecution
    this.setup = { ...objective, optimizer: resolveOptimizers(optimizer, registry), registry, jit }
    this.trainer = undefined
  }

  /** What `compile` was given; undefined before. */
  protected get compiled(): TrainerSetup | undefined {
    return this.setup
  }

  /** The optimizer given to `compile`; several by name. */
  get optimizer(): OptimizerSet | undefined {
    return this.setup?.optimizer
  }

  get stepsPerExecution(): number {
    return this.executionSteps
  }

  /**
   * Trains for a number of epochs, each a pass over all samples in batches, and returns the figures of every epoch.
   *
   * `x` and `y` are nested arrays, typed arrays, tensors or host arrays, by position or by name where there are several;
   * or `x` is a dataset, which brings its targets. Wrong shapes, labels that no class has and values that are not finite
   * are errors before anything is trained. NaN in the loss ends with a `DivergenceError` that names step and layer.
   *
   * Arrays stay on the device meanwhile, up to 1 GiB of them, and without callbacks that follow every batch many steps run
   * at once.
   */
  fit(x: Dataset, options?: FitOptions): Promise<History>
  fit(x: Named<InputData>, y?: Named<ArrayData>, options?: FitOptions): Promise<History>
  async fit(x: Named<InputData> | Dataset, y?: Named<ArrayData> | FitOptions, options?: FitOptions): Promise<History> {
    const { data, given } = fitArguments(x, y, options)
    return fit(this.requireTrainer('fit'), this, data, given ?? {})
  }

  /**
   * Training as a loop: `for await (const { epoch, step, figures } of model.steps(x, y, { epochs: 3 }))`. Each turn runs steps at
   * the speed of `fit`; between two turns the model may be read and changed. After `break`, a loop over the same object goes
   * on where it stopped.
   */
  steps(x: Dataset, options?: StepsOptions): TrainSteps
  steps(x: Named<InputData>, y?: Named<ArrayData>, options?: StepsOptions): TrainSteps
  steps(x: Named<InputData> | Dataset, y?: Named<ArrayData> | StepsOptions, options?: StepsOptions): TrainSteps {
    const { data, given } = fitArguments(x, y, options)
    return new TrainSteps(this.requireTrainer('steps'), data, given ?? {})
  }

  /** Loss and metrics on samples, by name. Keras's `evaluate(..., return_dict=True)`. */
  async evaluate(x: Named<InputData> | Dataset, y?: Named<ArrayData>, options: EvaluateOptions = {}): Promise<Logs> {
    const trainer = this.requireTrainer('evaluate')
    const opened = await openData(this, { x, y, sampleWeight: options.sampleWeight })
    const steps = trainer.stepsFor(sampleOf(opened), opened.ports)
    const batching = { batchSize: options.batchSize ?? 32 }
    const hooks = this.hooks(options, options.steps ?? batchesIn(opened, batching))
    await hooks.call('onTestBegin')
    const source = openChunks(opened, batching)
    try {
      const logs = await new Evaluation(trainer, steps, source).run(hooks, options.steps)
      await hooks.call('onTestEnd', { logs })
      return logs
    } finally {
      source.close()
    }
  }

  /** The output of the model for samples. Tensors are not read back to the host. For several outputs use `predictAll`. */
  async predict(x: Named<InputData> | Dataset, options: PredictOptions = {}): Promise<Tensor> {
    const outputs = treeLeaves(await this.predictAll<Tree>(x, options))
    if (outputs.length === 1) return outputs[0]!
    throw new TypeError(`The model has ${outputs.length} outputs; use predictAll(...), which gives all of them.`)
  }

  /** Like `predict`, for models with several outputs; in the structure in which the model gives them. */
  async predictAll<T = Tensor[]>(x: Named<InputData> | Dataset, options: PredictOptions = {}): Promise<T> {
    const outputs = await predict(x, {
      model: this,
      batchSize: options.batchSize,
      steps: options.steps,
      hooks: (steps) => this.hooks({ verbose: 0, ...options }, steps),
      compiled: (ports) => this.predictorFor(ports),
    })
    return (typeof this.ports?.outputForm === 'number' ? [outputs] : outputs) as T
  }

  /** One update on one batch; the figures of that batch. */
  async trainOnBatch(
    x: Named<InputData>,
    y?: Named<ArrayData>,
    { sampleWeight, classWeight }: BatchOptions = {},
  ): Promise<Logs> {
    const trainer = this.requireTrainer('trainOnBatch')
    const { samples, ports } = await openData(this, { x, y, sampleWeight, classWeight })
    return trainOnBatch(trainer, trainer.stepsFor(samples!, ports), samples!)
  }

  /** Loss and metrics of one batch. */
  async testOnBatch(x: Named<InputData>, y?: Named<ArrayData>, { sampleWeight }: BatchOptions = {}): Promise<Logs> {
    const trainer = this.requireTrainer('testOnBatch')
    const { samples, ports } = await openData(this, { x, y, sampleWeight })
    return testOnBatch(trainer, trainer.stepsFor(samples!, ports), samples!)
  }

  /** The optimizer's learning rate. Setting it takes effect at the next step; with a schedule it throws. */
  get learningRate(): number {
    return this.learningRateOf()
  }

  set learningRate(value: number) {
    this.setLearningRate(value)
  }

  /** The learning rate of the optimizer of that name, where `compile` was given several. */
  learningRateOf(optimizer?: string): number {
    return this.requireTrainer('learningRate').learningRateOf(optimizer)
  }

  /** Sets the learning rate; of the optimizer of that name, where `compile` was given several. */
  setLearningRate(value: number, optimizer?: string): void {
    this.requireTrainer('learningRate').setLearningRate(value, optimizer)
  }

  metricDirection(key: string): 'up' | 'down' | undefined {
    return this.trainer?.objective?.direction(key)
  }

  /** The trainer of a compiled model; `what` needs it. */
  protected requireTrainer(what: string): Trainer {
    if (!this.setup) {
      throw new ConfigError(`${what} needs a compiled model. Call model.compile({ optimizer, loss, metrics }) first.`)
    }
    this.trainer ??= new Trainer(this, this.setup, this.rng)
    return this.trainer
  }

  private predictorFor(ports: Ports): CompiledPredictStep {
    if (this.predictor?.ports !== ports) {
      const objective = new Objective([], [], {}, undefined)
      this.predictor = { ports, step: makePredictStep({ model: this, ports, objective }, { jit: true }) }
    }
    return this.predictor.step
  }

  private hooks({ verbose, callbacks = [] }: PredictOptions, steps: number | undefined): Hooks {
    const level = verbosity(verbose)
    return new Hooks([...callbacks, ...progressLoggers(level)], this, { epochs: 1, steps, verbose: level })
  }
}

/** Data and options, of which a dataset leaves the targets out. */
function fitArguments<O>(
  x: Named<InputData> | Dataset,
  y: Named<ArrayData> | O | undefined,
  options: O | undefined,
): { data: { x: typeof x; y: Named<ArrayData> | undefined }; given: O | undefined } {
  return isDataset(x)
    ? { data: { x, y: undefined }, given: y as O | undefined }
    : { data: { x, y: y as Named<ArrayData> | undefined }, given: options }
}

/** The optimizer that an option means, or several by the names of the parts that they train. */
function resolveOptimizers(given: CompileOptions['optimizer'], registry: NameResolver | undefined): OptimizerSet {
  const one = (value: unknown, path: string) => resolveOption('optimizer', value, registry, path) as Optimizer
  const named = isPlainObject(given) && typeof given['optimizer'] !== 'string'
  if (!named) return one(given, 'compile: optimizer')
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, one(value, `compile: optimizer.${name}`)]),
  )
}
