import { type BaseLayer, DivergenceError, layersWithin, Rng, readVariables, splitByTrainable } from '@gradus/core'
import { cast, isFinite, isFloat, type Tensor, tidy, treeForEach } from '@gradus/tensor'
import { collect } from '@gradus/tensor/internals'
import { disposeTree, type HostBatch, upload } from '../input/index.ts'
import { type CompiledSteps, type Trainer, TrainStep } from '../step/index.ts'

/** Where a NaN or an infinity arose, found by running the batch again, layer by layer, from the weights before the step. */
export async function explainDivergence(
  trainer: Trainer,
  steps: CompiledSteps,
  batch: HostBatch,
  { epoch, step }: { readonly epoch: number; readonly step: number },
): Promise<DivergenceError> {
  const place = await findPlace(trainer, steps, batch)
  return new DivergenceError(
    `Training met a value that is not finite in epoch ${epoch + 1}, step ${step + 1}: ${place.what}. ` +
      'The weights are those before this step. Try a smaller learning rate, clipNorm, or scaled inputs; callbacks: [new TerminateOnNaN()] ends training without an error.',
    epoch,
    step,
    place.layer,
  )
}

interface Place {
  readonly layer: string
  readonly what: string
}

async function findPlace(trainer: Trainer, steps: CompiledSteps, batch: HostBatch): Promise<Place> {
  const { model } = trainer
  const names = new Map(layersWithin(model).map(({ layer, path }) => [layer, path]))
  const { params } = readVariables(model)
  for (const [layer, tree] of Object.entries(params)) {
    const leaves: [string, Tensor][] = []
    treeForEach(tree, (leaf, key) => leaves.push([key, leaf]))
    for (const [key, leaf] of leaves)
      if (!(await allFinite(leaf))) return { layer, what: `the parameter '${key}' of layer '${layer}' is not finite` }
  }
  const seen: [string, Tensor][] = []
  const note = (layer: BaseLayer, outputs: readonly Tensor[]) => {
    const name = names.get(layer)
    if (name) for (const output of outputs) seen.push([name, output])
  }
  const { result: losses, created } = collect(() => runStep(trainer, steps, batch, note))
  try {
    for (const [layer, output] of seen)
      if (!(await allFinite(output))) return { layer, what: `the output of layer '${layer}' is not finite` }
    const last = seen.at(-1)?.[0] ?? model.type
    for (const [name, loss] of losses) {
      if (await allFinite(loss)) continue
      const [value] = await loss.data()
      return { layer: last, what: `the ${name} is ${value}, computed from finite outputs of layer '${last}'` }
    }
    return { layer: last, what: `the loss is finite and a gradient behind layer '${last}' is not` }
  } finally {
    disposeTree([...created])
  }
}

/** The step once more, op by op. Returns what it compared, by the names of the figures. */
function runStep(
  { model, optimizers, optimizerState }: Trainer,
  steps: CompiledSteps,
  host: HostBatch,
  observe: (layer: BaseLayer, outputs: readonly Tensor[]) => void,
): [string, Tensor][] {
  const { params, state } = readVariables(model)
  const { trainable } = splitByTrainable(model, params)
  const optimizer = optimizerState!
  const { ports, objective } = steps
  const setup = {
    model,
    ports,
    objective,
    params,
    state,
    trainable,
    penalized: trainable,
    optimizers,
    optimizer,
    observe,
  }
  const step = new TrainStep({ ...setup, batch: upload(host), rng: new Rng(0) })
  return Object.entries(model.trainStep(step.batch, step))
}

async function allFinite(x: Tensor): Promise<boolean> {
  if (!isFloat(x.dtype)) return true
  const finite = tidy(() => cast(isFinite(x), 'int32'))
  const values = await finite.data()
  finite.dispose()
  return values.every((value: number) => value !== 0)
}
