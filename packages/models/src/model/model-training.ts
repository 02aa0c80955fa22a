import type { History } from '@gradus/callbacks'
import {
  type ArrayData,
  asDataset,
  type CallbackModel,
  ConfigError,
  callerOf,
  type DatasetLike,
  describeValue,
  type FitState,
  type InputData,
  type Logs,
  type Metric,
  type Named,
  requireBounded,
  tensorFrom,
} from '@gradus/core'
import { onBackend, type Tensor, type Tree, treeLeaves } from '@gradus/tensor'
import { batchesIn, type DataArguments, exampleBatch, openChunks, openData, type Ports } from '../input/index.ts'
import {
  callbacksIn,
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
  verbosity,
} from '../loop/index.ts'
import {
  type CompileOptions,
  checkNames,
  type KnownNames,
  type NameResolver,
  type NoNames,
  Objective,
} from '../objective/index.ts'
import {
  type CompiledPredictStep,
  type Figures,
  type LossArguments,
  ModelStep,
  makePredictStep,
  type OptimizerSet,
  type StepBatch,
  Trainer,
  type TrainerSetup,
  type TrainStep,
} from '../step/index.ts'
import { PlacedModel } from './placed-model.ts'
import {
  type BatchOptions,
  checkOptions,
  type EvaluateOptions,
  fitArguments,
  type PredictOptions,
  refuseKerasMethods,
  requireOneBatch,
  resolveOptimizers,
} from './training-options.ts'

/** The methods of a model that compile, train, evaluate and predict, as in Keras. */
export abstract class ModelTraining<N extends KnownNames = NoNames, C extends object = object>
  extends PlacedModel<C>
  implements CallbackModel
{
  /** The result of the last `fit`; undefined before. */
  history: History | undefined
  /** Set by callbacks: training stops after the current batch. */
  stopTraining = false
  /** The resolved options of `compile`; undefined before it is called. */
  protected setup: TrainerSetup | undefined
  private executionSteps = 1
  private lastFigures: Logs = {}

  abstract save(path: string, options?: { readonly fit?: FitState }): Promise<void>
  abstract restore(path: string): Promise<FitState | undefined>
  abstract saveWeights(path: string): Promise<void>

  /** The registry in which `compile` looks up names by default: the static `registry` of the class. */
  protected get registry(): NameResolver | undefined {
    return (this.constructor as { readonly registry?: NameResolver }).registry
  }

  /**
   * One training step on one batch: a pure function, which is compiled to one program. Override it to train in another way: call
   * layers with `step.call` and update parameters with `step.minimize`. Returns the figures that `fit` reports, scalars by name.
   */
  trainStep(batch: StepBatch, step: TrainStep): Figures {
    return { loss: step.minimize(() => this.lossOf(batch, step)) }
  }

  /** Returns the figures of one batch, for `evaluate` and validation: scalars by name. Pure and compiled, like `trainStep`. */
  testStep(batch: StepBatch, step: ModelStep): Figures {
    return { loss: step.total(() => this.lossOf(batch, step)) }
  }

  /**
   * Returns the loss of a batch, a scalar, from the outputs of the model: by default that of the losses given to `compile`. Override
   * it to train on another one; `trainStep` and `testStep` call it, and add the losses of layers. Throws `ConfigError` outside a
   * step. Keras: `compute_loss`.
   *
   * @example
   * import { Dense } from '@gradus/layers'
   * import { Sequential } from '@gradus/models'
   * import { SGD } from '@gradus/optimizers'
   * import { mean, square, sub } from '@gradus/tensor'
   * class LeastSquares extends Sequential {
   *   computeLoss({ y, yPred }) {
   *     return mean(square(sub(y, yPred)))
   *   }
   * }
   * const model = new LeastSquares([new Dense({ units: 1, kernelInitializer: 'zeros', inputShape: [1] })])
   * model.compile({ optimizer: new SGD() })
   * const { loss } = await model.testOnBatch([[1]], [[3]])
   * loss // => 9
   */
  computeLoss({ y, yPred, sampleWeight }: LossArguments): Tensor {
    const step = callerOf(this)
    if (!(step instanceof ModelStep)) {
      throw new ConfigError('computeLoss was called outside a step. Call it in trainStep or testStep.')
    }
    const { batch } = step
    return step.loss(yPred, {
      ...(y !== undefined && y !== batch.y && { y }),
      ...(sampleWeight !== undefined && sampleWeight !== batch.sampleWeight && { sampleWeight }),
    })
  }

  private lossOf(batch: StepBatch, step: ModelStep): Tensor {
    const yPred = step.callAll(this, batch.x) as Tensor
    if (this.computeLoss === ModelTraining.prototype.computeLoss) return step.loss(yPred)
    const loss = tensorFrom(`${this.type}.computeLoss`, this.computeLoss({ ...batch, yPred }))
    step.loss(yPred) // metrics are those of the batch, whatever the loss is
    return loss
  }

  /** Returns the outputs for one batch, for `predict`. Pure and compiled, like `trainStep`. */
  predictStep(x: Tree, step: ModelStep): Tree {
    return step.callAll(this, x)
  }

  /**
   * Sets optimizer, loss and metrics. Call it before `fit` and `evaluate`, and again after changing `trainable` of a layer. It
   * resets the state of the optimizer and keeps the weights. Throws `ConfigError` for unknown options and for unknown names of
   * optimizers, losses and metrics.
   */
  compile(options: CompileOptions<N>): void {
    refuseKerasMethods(this)
    const given = options as CompileOptions
    if (typeof given !== 'object' || given === null) {
      throw new ConfigError(
        "compile takes its options in one object, as in compile({ optimizer: 'adam', loss: 'mse' }).",
      )
    }
    checkOptions('compile', given)
    // null is an option that is not set, as None in Keras
    const set = Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== null),
    ) as unknown as CompileOptions
    const { optimizer, registry = this.registry, jitCompile, runEagerly, stepsPerExecution = 1, ...rest } = set
    const { jit = jitCompile !== false && !runEagerly, ...objective } = rest
    for (const [key, value] of Object.entries({ optimizer, ...objective })) requireBounded(value, `compile: ${key}`)
    if (registry && typeof registry.parse !== 'function') {
      throw new ConfigError(
        `compile: registry is ${describeValue(registry)}; expected one such as standard.with(MyLoss).`,
      )
    }
    checkNames(objective, registry)
    this.executionSteps = stepsPerExecution
    this.setup = { ...objective, optimizer: resolveOptimizers(optimizer, registry), registry, jit }
    this.trainer = undefined
  }

  /** Whether `compile` was called. */
  get compiled(): boolean {
    return this.setup !== undefined
  }

  /** The options given to `compile`, with the optimizer made; undefined before. Another model may be compiled with them. */
  getCompileConfig(): CompileOptions | undefined {
    return this.setup && ({ ...this.setup, stepsPerExecution: this.executionSteps } as CompileOptions)
  }

  /** The optimizer given to `compile`, or several by name; undefined before. */
  get optimizer(): OptimizerSet | undefined {
    return this.setup?.optimizer
  }

  /** The loss given to `compile`; undefined before. */
  get loss(): CompileOptions['loss'] {
    return this.setup?.loss as CompileOptions['loss']
  }

  /** The metrics that `fit` and `evaluate` measure; empty before the first data, on whose shapes names such as `accuracy` depend. */
  get metrics(): Metric[] {
    return this.trainer?.objective?.metrics ?? []
  }

  /** The names of the figures that `getMetricsResult` returns; before the first figures of a compiled model `loss`. */
  get metricsNames(): string[] {
    const names = Object.keys(this.lastFigures)
    return names.length === 0 && this.compiled ? ['loss'] : names
  }

  /**
   * Returns loss and metrics as `fit` (of its last epoch), `evaluate`, `trainOnBatch` or `testOnBatch` computed them last; empty before.
   * Keras: `get_metrics_result`.
   */
  getMetricsResult(): Logs {
    return { ...this.lastFigures }
  }

  /**
   * Forgets the figures of `getMetricsResult`. Nothing else needs a reset: `trainOnBatch` and `testOnBatch` return the figures of their
   * batch alone, which in Keras 3 are means since the last reset.
   */
  resetMetrics(): void {
    this.lastFigures = {}
  }

  /** Steps between two calls of batch callbacks, as given to `compile`. */
  get stepsPerExecution(): number {
    return this.executionSteps
  }

  /**
   * Trains for a number of epochs, each a pass over all samples in batches, and returns the figures of every epoch.
   *
   * `x` and `y` are nested arrays, typed arrays, tensors or host arrays `[samples, ...]`; several inputs or outputs are given in
   * a list or by name. Or `x` is a dataset, whose batches contain the targets.
   *
   * Throws `DataError` or `ShapeError` before training for wrong shapes, for labels outside the classes and for values that are
   * not finite. Throws `DivergenceError`, with the step and the layer, when a loss or a gradient is not finite.
   *
   * Arrays are kept on the device during training, up to 1 GiB. Many steps run at once, unless a callback follows every batch.
   */
  fit(x: DatasetLike, options?: FitOptions): Promise<History>
  fit(x: Named<InputData> | DatasetLike, y?: Named<ArrayData>, options?: FitOptions): Promise<History>
  async fit(
    x: Named<InputData> | DatasetLike,
    y?: Named<ArrayData> | FitOptions,
    options?: FitOptions,
  ): Promise<History> {
    const { data, options: fitOptions } = fitArguments(x, y, options)
    const trainer = this.requireTrainer('fit')
    trainer.warnOfFrozen()
    this.history = await fit(trainer, this, data, fitOptions ?? {})
    const last = Object.entries(this.history.history).map(([name, values]) => [name, values.at(-1)] as const)
    this.lastFigures = Object.fromEntries(last.filter(([name]) => !name.startsWith('val_'))) as Logs
    return this.history
  }

  /**
   * Training as a loop: `for await (const { epoch, step, figures } of model.steps(x, y, { epochs: 3 }))`. Each iteration runs
   * steps as fast as `fit`. Between two iterations the model may be read and changed. After `break`, another loop over the same
   * object continues training.
   */
  steps(x: DatasetLike, options?: StepsOptions): TrainSteps
  steps(x: Named<InputData> | DatasetLike, y?: Named<ArrayData>, options?: StepsOptions): TrainSteps
  steps(x: Named<InputData> | DatasetLike, y?: Named<ArrayData> | StepsOptions, options?: StepsOptions): TrainSteps {
    const { data, options: stepsOptions } = fitArguments(x, y, options)
    return new TrainSteps(this.requireTrainer('steps'), data, stepsOptions ?? {})
  }

  /** Returns loss and metrics on samples, by name. Throws as `fit` does. Keras: `evaluate(..., return_dict=True)`. */
  evaluate(x: DatasetLike, options?: EvaluateOptions): Promise<Logs>
  evaluate(x: Named<InputData> | DatasetLike, y?: Named<ArrayData>, options?: EvaluateOptions): Promise<Logs>
  async evaluate(
    x: Named<InputData> | DatasetLike,
    y?: Named<ArrayData> | EvaluateOptions,
    third?: EvaluateOptions,
  ): Promise<Logs> {
    const { data, options = {} } = fitArguments(x, y, third)
    checkOptions('evaluate', options)
    const trainer = this.requireTrainer('evaluate')
    return trainer.access.use(() => this.evaluateWith(trainer, data, options))
  }

  private async evaluateWith(trainer: Trainer, data: DataArguments, options: EvaluateOptions): Promise<Logs> {
    const opened = await openData(this, { ...data, sampleWeight: options.sampleWeight ?? undefined })
    const { backend } = opened
    const steps = onBackend(backend, () => trainer.stepsFor(exampleBatch(opened), opened.ports))
    const batching = { batchSize: options.batchSize ?? 32, check: trainer.labelCheck(opened.ports) }
    const hooks = this.hooks(options, options.steps ?? batchesIn(opened, batching))
    await hooks.call('onTestBegin')
    const source = openChunks(opened, batching)
    try {
      const logs = await new Evaluation(trainer, steps, source, backend).run(hooks, options.steps ?? undefined)
      await hooks.call('onTestEnd', { logs })
      return (this.lastFigures = logs)
    } finally {
      source.close()
    }
  }

  /**
   * Returns the output for samples, a tensor `[samples, ...]` on the device. Inputs that are tensors are not copied to the host.
   * Throws `TypeError` for a model with several outputs: use `predictAll`.
   */
  async predict(x: Named<InputData> | DatasetLike, options: PredictOptions = {}): Promise<Tensor> {
    const outputs = treeLeaves(await this.predictAll<Tree>(x, options))
    if (outputs.length === 1) return outputs[0]!
    throw new TypeError(`The model has ${outputs.length} outputs; use predictAll(...), which returns all of them.`)
  }

  /** `predict` of one batch. */
  predictOnBatch(x: Named<InputData>): Promise<Tensor> {
    return this.predict(x, { batchSize: Number.MAX_SAFE_INTEGER })
  }

  /** Like `predict`, for models with several outputs: returns them in the model's structure, a single one as a list. */
  async predictAll<T = Tensor[]>(x: Named<InputData> | DatasetLike, options: PredictOptions = {}): Promise<T> {
    refuseKerasMethods(this)
    checkOptions('predict', options)
    const outputs = await this.withVariables(() =>
      predict(asDataset<Named<InputData>>(x), {
        model: this,
        batchSize: options.batchSize ?? undefined,
        steps: options.steps ?? undefined,
        hooks: (steps) => this.hooks({ ...options, verbose: options.verbose ?? 0 }, steps),
        compiled: (ports) => this.predictorFor(ports),
        rng: () => this.rng,
      }),
    )
    return (typeof this.ports?.outputForm === 'number' ? [outputs] : outputs) as T
  }

  /** Runs one update on one batch and returns the figures of that batch. */
  async trainOnBatch(x: Named<InputData>, y?: Named<ArrayData>, options: BatchOptions = {}): Promise<Logs> {
    checkOptions('trainOnBatch', options)
    const sampleWeight = options.sampleWeight ?? undefined
    const classWeight = options.classWeight ?? undefined
    const trainer = this.requireTrainer('trainOnBatch')
    requireOneBatch('trainOnBatch', x)
    const { samples, ports, backend } = await openData(this, { x, y, sampleWeight, classWeight })
    const steps = onBackend(backend, () => trainer.stepsFor(samples!, ports))
    return (this.lastFigures = await trainOnBatch(trainer, steps, samples!, backend))
  }

  /** Returns loss and metrics of one batch. */
  async testOnBatch(x: Named<InputData>, y?: Named<ArrayData>, options: BatchOptions = {}): Promise<Logs> {
    checkOptions('testOnBatch', options)
    const sampleWeight = options.sampleWeight ?? undefined
    const trainer = this.requireTrainer('testOnBatch')
    requireOneBatch('testOnBatch', x)
    const { samples, ports, backend } = await openData(this, { x, y, sampleWeight })
    const steps = onBackend(backend, () => trainer.stepsFor(samples!, ports))
    return (this.lastFigures = await testOnBatch(trainer, steps, samples!, backend))
  }

  /**
   * The optimizer's learning rate. A new value is used from the next step on; with a schedule, setting it throws `ConfigError`.
   */
  get learningRate(): number {
    return this.learningRateOf()
  }

  set learningRate(value: number) {
    this.setLearningRate(value)
  }

  /** Returns the learning rate of an optimizer; of the one with that name if there are several. */
  learningRateOf(optimizer?: string): number {
    return this.requireTrainer('learningRate').learningRateOf(optimizer)
  }

  /** Sets the learning rate of an optimizer; of the one with that name if there are several. */
  setLearningRate(value: number, optimizer?: string): void {
    this.requireTrainer('learningRate').setLearningRate(value, optimizer)
  }

  /**
   * Gives the layers the moving averages of their trainable parameters, or with false the parameters again. Returns false if no
   * optimizer has `useEma`. Training goes on with the parameters, and at its end the layers have the averages.
   */
  useAverages(used: boolean): boolean {
    return this.requireTrainer('useAverages').useAverages(used)
  }

  /** Whether a figure should rise or fall, for callbacks; undefined for unknown keys. */
  metricDirection(key: string): 'up' | 'down' | undefined {
    return this.trainer?.objective?.direction(key)
  }

  /** Returns the trainer. Throws `ConfigError`, which names the calling method, for a model that is not compiled. */
  protected requireTrainer(method: string): Trainer {
    if (!this.setup) {
      throw new ConfigError(`${method} needs a compiled model. Call model.compile({ optimizer, loss, metrics }) first.`)
    }
    this.trainer ??= new Trainer(this, this.setup, this.rng)
    return this.trainer
  }

  /** Runs a function that reads or sets variables: at once, or between two steps of a run. */
  protected withVariables<T>(body: () => Promise<T>): Promise<T> {
    return this.trainer ? this.trainer.access.use(body) : body()
  }

  private predictorFor(ports: Ports): CompiledPredictStep {
    if (this.predictor?.ports !== ports) {
      const objective = new Objective([], [], {}, undefined)
      this.predictor = { ports, step: makePredictStep({ model: this, ports, objective }, { jit: true }) }
    }
    return this.predictor.step
  }

  private hooks({ verbose, callbacks }: EvaluateOptions, steps: number | undefined): Hooks {
    const level = verbosity(verbose ?? undefined)
    return new Hooks([...callbacksIn(callbacks ?? []), ...progressLoggers(level)], this, {
      epochs: 1,
      steps,
      verbose: level,
    })
  }
}
