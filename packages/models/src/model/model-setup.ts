import { ConfigError, describeValue, type Logs, type Metric, requireBounded } from '@gradus/core'
import type { Tree } from '@gradus/tensor'
import {
  type CompileOptions,
  checkNames,
  type KnownNames,
  type NameResolver,
  type NoNames,
} from '../objective/index.ts'
import {
  type Figures,
  type ModelStep,
  type OptimizerSet,
  type StepBatch,
  Trainer,
  type TrainerSetup,
  type TrainStep,
} from '../step/index.ts'
import { PlacedModel } from './placed-model.ts'
import { checkOptions, refuseKerasMethods, resolveOptimizers } from './training-options.ts'

/** The methods of a model that set and show with what it is trained: optimizer, loss and metrics, and the last figures. */
export abstract class ModelSetup<N extends KnownNames = NoNames, C extends object = object> extends PlacedModel<C> {
  /** The resolved options of `compile`; undefined before it is called. */
  protected setup: TrainerSetup | undefined
  protected lastFigures: Logs = {}
  private executionSteps = 1

  abstract trainStep(batch: StepBatch, step: TrainStep): Figures
  abstract testStep(batch: StepBatch, step: ModelStep): Figures
  abstract predictStep(x: Tree, step: ModelStep): Tree

  /** The registry in which `compile` looks up names by default: the static `registry` of the class. */
  protected get registry(): NameResolver | undefined {
    return (this.constructor as { readonly registry?: NameResolver }).registry
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
}
