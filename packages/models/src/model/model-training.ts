import type { History } from '@gradus/callbacks'
import {
  type ArrayData,
  asDataset,
  type CallbackModel,
  ConfigError,
  callerOf,
  type DatasetLike,
  type FitState,
  type InputData,
  type Logs,
  type Named,
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
import { type KnownNames, type NoNames, Objective } from '../objective/index.ts'
import {
  type CompiledPredictStep,
  type Figures,
  type LossArguments,
  ModelStep,
  makePredictStep,
  type StepBatch,
  type Trainer,
  type TrainStep,
} from '../step/index.ts'
import { ModelSetup } from './model-setup.ts'
import {
  type BatchOptions,
  checkOptions,
  type EvaluateOptions,
  fitArguments,
  type PredictOptions,
  refuseKerasMethods,
  requireOneBatch,
} from './training-options.ts'

/** The methods of a model that train, evaluate and predict, as in Keras. */
export abstract class ModelTraining<N extends KnownNames = NoNames, C extends object = object>
  extends ModelSetup<N, C>
  implements CallbackModel
{
  /** The result of the last `fit`; undefined before. */
  history: History | undefined
  /** Set by callbacks: training stops after the current batch. */
  stopTraining = false

  abstract save(path: string, options?: { readonly fit?: FitState }): Promise<void>
  abstract restore(path: string): Promise<FitState | undefined>
  abstract saveWeights(path: string): Promise<void>

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
