import { ConfigError, describeValue, inferLayers, isPlainObject, type LayerTrees, withCaller } from '@gradus/core'
import { formatShape, Tensor } from '@gradus/tensor'
import { type HostBatch, mapBatch } from '../input/index.ts'
import type { StepParts } from './make-steps.ts'
import type { Optimizers } from './optimizers.ts'
import type { Figures } from './step-batch.ts'
import { type LossGradients, TrainStep } from './train-step.ts'

/** A train step that runs on shapes only: it records the input shapes of the layers and updates nothing. */
export class ShapeStep extends TrainStep {
  override gradients(lossOf: () => Tensor): LossGradients {
    return { loss: this.totalWith(lossOf, {}), gradients: this.trainable }
  }

  override update(_gradients: LayerTrees): void {}
}

/**
 * Runs a step on the shapes of a batch and returns the names of its figures. The layers then know their input shapes. Throws
 * `ConfigError` for a step that returns no figures, and for a figure that is not a scalar.
 */
export function figureNames(
  parts: StepParts,
  optimizers: Optimizers,
  { size, ...arrays }: HostBatch,
  run: (step: ShapeStep) => Figures,
): string[] {
  const figures = inferLayers((forward, rng) => {
    const batch = { ...mapBatch(arrays, ({ shape, dtype }) => new Tensor({ shape, dtype })), size }
    const none = { params: {}, state: {}, penalized: {}, trainable: {} }
    const step = new ShapeStep({ ...parts, ...none, batch, rng, optimizers, optimizer: {}, forward })
    return withCaller(step, () => run(step))
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
  return Object.keys(figures)
}
