import { ConfigError, describeValue, inferLayers, isPlainObject, type LayerTrees, withCaller } from '@gradus/core'
import { formatShape, Tensor } from '@gradus/tensor'
import { type HostBatch, mapBatch } from '../input/index.ts'
import type { StepParts } from './make-steps.ts'
import type { Optimizers } from './optimizers.ts'
import type { Figures } from './step-batch.ts'
import { type LossGradients, type TrainSetup, TrainStep } from './train-step.ts'

/** A train step that runs on shapes only: it records the input shapes of the layers and updates nothing. */
class ShapeStep extends TrainStep {
  constructor(
    setup: TrainSetup,
    private readonly trains: boolean,
  ) {
    super(setup)
  }

  protected override get training(): boolean {
    return this.trains
  }

  override gradients(lossOf: () => Tensor): LossGradients {
    return { loss: this.totalWith(lossOf, {}), gradients: this.trainable }
  }

  override update(_gradients: LayerTrees): void {}
}

/** What a step is found to do when it runs on shapes. */
export interface StepFacts {
  /** The names of its figures. */
  readonly figures: readonly string[]
  /** The paths of the layers whose state it changes. */
  readonly changed: readonly string[]
}

/**
 * Runs a train or test step on the shapes of a batch. The layers then know their input shapes. Throws `ConfigError` for a step that
 * returns no figures, and for a figure that is not a scalar.
 */
export function stepFacts(
  kind: 'train' | 'test',
  parts: StepParts,
  optimizers: Optimizers,
  { size, ...arrays }: HostBatch,
): StepFacts {
  const { model } = parts
  const { figures, changed } = inferLayers((forward, rng) => {
    const batch = { ...mapBatch(arrays, ({ shape, dtype }) => new Tensor({ shape, dtype })), size }
    const none = { params: {}, state: {}, penalized: {}, trainable: {} }
    const setup = { ...parts, ...none, batch, rng, optimizers, optimizer: {}, forward }
    const step = new ShapeStep(setup, kind === 'train')
    const found: Figures = withCaller(step, () =>
      kind === 'train' ? model.trainStep(step.batch, step) : model.testStep(step.batch, step),
    )
    return { figures: found, changed: Object.keys(step.changed) }
  })
  if (!isPlainObject(figures)) {
    throw new ConfigError(
      `A step of ${parts.model.type} returned ${describeValue(figures)}; expected its figures, such as { loss }.`,
    )
  }
  for (const [name, value] of Object.entries(figures)) {
    if (value instanceof Tensor && value.rank === 0) continue
    const found = value instanceof Tensor ? `a tensor of shape ${formatShape(value.shape)}` : describeValue(value)
    throw new ConfigError(`A step of ${parts.model.type} returned ${found} as '${name}'; expected a scalar tensor.`)
  }
  return { figures: Object.keys(figures), changed }
}
