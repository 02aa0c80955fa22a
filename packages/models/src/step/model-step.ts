import {
  type BaseLayer,
  type CallOptions,
  ConfigError,
  Forward,
  type LayerCaller,
  type LayerTrees,
  layersWithin,
  maskOf,
  onlyOutput,
  type Rng,
  statesAfter,
} from '@gradus/core'
import { add, cast, full, sum, type Tensor, type Tree, treeLeaves } from '@gradus/tensor'
import { type DeviceBatch, inForm, maskedInputs, type Ports, paddingMask } from '../input/index.ts'
import type { Compared, Objective } from '../objective/index.ts'
import { penaltiesOf } from './parameters.ts'
import type { StepBatch } from './step-batch.ts'

/** The arguments of a step. */
export interface StepSetup {
  readonly model: BaseLayer
  readonly ports: Ports
  readonly objective: Objective
  readonly batch: DeviceBatch
  readonly rng: Rng
  readonly params: LayerTrees
  readonly state: LayerTrees
  /** The parameters with penalties, by their regularizers. */
  readonly penalized: LayerTrees
  /** Called with the outputs of each layer. */
  readonly observe?: ((layer: BaseLayer, outputs: readonly Tensor[]) => void) | undefined
  /** Replaces the forward pass with these variables; for shape inference. */
  readonly forward?: Forward
}

/**
 * The argument `step` of `testStep` and `predictStep`: calls layers and computes the loss for one batch. `trainStep` gets a
 * `TrainStep`, which can also update parameters.
 */
export class ModelStep implements LayerCaller {
  /** The random stream of this step. */
  readonly rng: Rng
  /** The batch in the structure in which the model takes it. */
  readonly batch: StepBatch
  /** The predictions, targets and losses of the last call of `loss`; undefined before. */
  compared: Compared | undefined
  protected params: LayerTrees
  protected readonly forward: Forward
  private readonly paths: ReadonlyMap<BaseLayer, string>
  private readonly calls = new Map<BaseLayer, number>()

  constructor(protected readonly setup: StepSetup) {
    const { model, batch, ports, state } = setup
    this.rng = setup.rng
    this.params = setup.params
    this.paths = new Map(layersWithin(model).map(({ layer, path }) => [layer, path]))
    this.forward =
      setup.forward ??
      new Forward(
        {
          of: (layer) => {
            const path = this.paths.get(layer)!
            return { params: this.params[path] ?? {}, state: state[path] ?? {} }
          },
        },
        setup.observe,
      )
    this.batch = {
      x: inForm(ports.inputForm, maskedInputs(batch)) as Tensor,
      y: outputsOf(ports, batch.targets) as Tensor,
      sampleWeight: outputsOf(ports, batch.weights) as Tree | undefined,
      // for `const [x, y] = batch`, as in Keras
      ...({
        [Symbol.iterator]() {
          throw new ConfigError(`${model.type}: a step gets its batch by name: const { x, y, sampleWeight } = batch.`)
        },
      } as object),
    }
  }

  /** Whether layers are called in training mode. */
  protected get training(): boolean {
    return false
  }

  /**
   * Calls the model or a layer in it, with the current parameters, and returns its only output. Throws `ConfigError` for a layer
   * that is not in the model, and `TypeError` for several outputs.
   */
  call<L extends BaseLayer>(layer: L, inputs: Tree, options?: CallOptions & Partial<L['Options']>): Tensor {
    return onlyOutput(layer, this.callAll(layer, inputs, options))
  }

  /** Whether a layer is the model or in it. */
  holds(layer: BaseLayer): boolean {
    return this.paths.has(layer)
  }

  /** Like `call`, for layers with several outputs. */
  callAll<L extends BaseLayer>(layer: L, inputs: Tree, options: CallOptions & Partial<L['Options']> = {}): Tree {
    const path = this.paths.get(layer)
    if (path === undefined) {
      throw new ConfigError(
        `${this.setup.model.type} calls a ${layer.type} that is not among its layers. Keep it in a property of the model.`,
      )
    }
    const count = this.calls.get(layer) ?? 0
    this.calls.set(layer, count + 1)
    const labels = [...(path === '' ? [] : [path]), ...(count === 0 ? [] : [count])]
    const rng = labels.reduce<Rng>((stream, label) => stream.fork(label), this.rng)
    const { model, ports } = this.setup
    const all = (layer as BaseLayer) === model ? { ...ports.callOptions, ...options } : options
    return this.forward.call(layer, inputs, { rng, training: this.training, options: all })
  }

  /**
   * Returns the loss given to `compile` for these outputs of the model, a scalar. `targets` replaces the targets and weights of
   * the batch. Metrics are computed from the same outputs and targets.
   */
  loss(outputs: Tree, targets?: Partial<Pick<StepBatch, 'y' | 'sampleWeight'>>): Tensor {
    const { objective, batch } = this.setup
    const { outputs: ports } = this.setup.ports
    const list = treeLeaves(outputs)
    const perOutput = (tree: Tree | undefined) => ports.map((_, index) => treeLeaves(tree ?? [])[index])
    const { total, ...compared } = objective.compare(
      { outputs: list, masks: list.map((x, index) => maskOf(x) ?? this.followedMask(index)) },
      {
        targets: targets?.y === undefined ? batch.targets : perOutput(targets.y),
        weights: targets?.sampleWeight === undefined ? batch.weights : perOutput(targets.sampleWeight),
      },
    )
    this.compared = compared
    return total ?? this.zero
  }

  /** The mask of the padded input that an output follows; undefined if it follows none. */
  private followedMask(output: number): Tensor | undefined {
    const { ports, batch } = this.setup
    const follows = ports.outputs[output]?.follows
    return follows === undefined ? undefined : paddingMask(batch, follows)
  }

  /**
   * Returns the loss that training minimizes, a scalar: the result of `lossOf`, the losses that layers add during the call, and
   * the penalties on parameters.
   */
  total(lossOf: () => Tensor): Tensor {
    return this.totalWith(lossOf, this.setup.penalized)
  }

  protected totalWith(lossOf: () => Tensor, penalized: LayerTrees): Tensor {
    const before = this.forward.losses.length
    const loss = lossOf()
    const added = this.forward.losses.slice(before).map((value) => sum(value))
    const losses = [...(loss === this.noLoss ? [] : [loss]), ...added, ...penaltiesOf(this.setup.model, penalized)]
    if (losses.length === 0) return this.zero
    return losses.map((value) => cast(value, losses[0]!.dtype)).reduce((a, b) => add(a, b))
  }

  // the result of `loss` for a model without a loss; it is left out of sums
  protected noLoss: Tensor | undefined

  private get zero(): Tensor {
    this.noLoss ??= full([], 0)
    return this.noLoss
  }

  /** The states that the step has changed, by the paths of their layers. */
  get changed(): LayerTrees {
    const { states } = this.forward
    return Object.fromEntries(
      [...states].flatMap(([layer, state]) => (this.holds(layer) ? [[this.paths.get(layer)!, state]] : [])),
    )
  }

  /** The states of the layers after the step. */
  get states(): LayerTrees {
    return statesAfter(this.setup.model, this.forward, this.setup.state)
  }
}

function outputsOf(ports: Ports, list: readonly (Tensor | undefined)[]): unknown {
  return list.every((item) => item === undefined) ? undefined : inForm(ports.outputForm, list)
}
