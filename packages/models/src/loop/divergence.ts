import {
  type BaseLayer,
  DataError,
  DivergenceError,
  layersWithin,
  Rng,
  readVariables,
  splitByTrainable,
  withCaller,
} from '@gradus/core'
import {
  all,
  type Backend,
  isFinite,
  isFloat,
  onBackend,
  type Tensor,
  type Tree,
  tidy,
  treeForEach,
} from '@gradus/tensor'
import { backendOf, collect } from '@gradus/tensor/internals'
import { disposeTree, type HostBatch, upload } from '../input/index.ts'
import { checkValues } from '../objective/index.ts'
import { type CompiledSteps, type Trainer, TrainStep } from '../step/index.ts'

/** An epoch and a step within it, from 0. */
export interface DivergencePlace {
  readonly epoch: number
  readonly step: number
}

/**
 * Finds the layer with the first NaN or infinity, by running a batch again, op by op, with the weights before the step. Returns
 * the error to throw.
 */
export async function explainDivergence(
  trainer: Trainer,
  steps: CompiledSteps,
  batch: HostBatch,
  backend: Backend,
  { epoch, step }: DivergencePlace,
): Promise<DivergenceError | DataError> {
  try {
    checkValues(batch, steps.ports, steps.objective.losses)
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    return new DataError(`Epoch ${epoch + 1}, step ${step + 1}, in its batch: ${error.message}`)
  }
  const found = await findNonFinite(trainer, steps, batch, backend)
  return new DivergenceError(
    `Training met a value that is not finite in epoch ${epoch + 1}, step ${step + 1}: ${found.description}. ` +
      'The weights are those before this step. Try a smaller learning rate, clipNorm, or scaled inputs; callbacks: [new TerminateOnNaN()] ends training without an error.',
    epoch,
    step,
    found.layer,
  )
}

/** The first value that is not finite. */
interface NonFinite {
  /** The path of the layer. */
  readonly layer: string
  readonly description: string
}

async function findNonFinite(
  trainer: Trainer,
  steps: CompiledSteps,
  batch: HostBatch,
  backend: Backend,
): Promise<NonFinite> {
  const { model } = trainer
  const names = new Map(layersWithin(model).map(({ layer, path }) => [layer, path]))
  const { params } = readVariables(model)
  for (const [layer, tree] of Object.entries(params)) {
    const leaves: [string, Tensor][] = []
    treeForEach(tree, (leaf, key) => leaves.push([key, leaf]))
    for (const [key, leaf] of leaves)
      if (!(await allFinite(leaf)))
        return { layer, description: `the parameter '${key}' of layer '${layer}' is not finite` }
  }
  const observed: [string, Tensor][] = []
  const observe = (layer: BaseLayer, outputs: readonly Tensor[]) => {
    const name = names.get(layer)
    // the cell of a recurrent layer is called in a loop, where its outputs have no values
    if (name) for (const output of outputs) if (output.concrete) observed.push([name, output])
  }
  const { result: figures, created } = onBackend(backend, () => collect(() => runStep(trainer, steps, batch, observe)))
  try {
    for (const [layer, output] of observed)
      if (!(await allFinite(output))) return { layer, description: `the output of layer '${layer}' is not finite` }
    const last = observed.at(-1)?.[0] ?? model.type
    for (const [name, figure] of figures) {
      if (await allFinite(figure)) continue
      const [value] = await figure.data()
      return { layer: last, description: `the ${name} is ${value}, computed from finite outputs of layer '${last}'` }
    }
    return { layer: last, description: await describeUpdate(trainer, last) }
  } finally {
    disposeTree([...created])
  }
}

/**
 * Throws `DivergenceError` if a variable of the model or its optimizers is not finite at the end of training. Steps with gradients
 * that are not finite change nothing, but weights that grow with every step can exceed the range of their dtype. Variables on a GPU
 * are not checked, because each read would take a millisecond; `save` checks them.
 */
export async function requireFiniteVariables(trainer: Trainer, { epoch, step }: DivergencePlace): Promise<void> {
  const { params, state } = trainer.variables
  const groups = { parameter: params, state, 'optimizer state': trainer.optimizerState ?? {} }
  const variables: { readonly kind: string; readonly path: string; readonly value: Tensor }[] = []
  for (const [kind, trees] of Object.entries(groups))
    treeForEach(trees as Tree, (value, path) => variables.push({ kind, path, value }))
  for (const { kind, path, value } of variables) {
    if (!value.storage.readsAtOnce || (await allFinite(value))) continue
    throw new DivergenceError(
      `The ${kind} '${path}' is not finite at the end of training, after epoch ${epoch + 1}: updates have made it larger than ${value.dtype} can hold. ` +
        'Load the weights of an earlier file. Try a smaller learning rate, a smaller weightDecay, or clipNorm.',
      epoch,
      step,
      path.split('.').slice(0, -1).join('.'),
    )
  }
}

async function describeUpdate({ optimizerState }: Trainer, layer: string): Promise<string> {
  const rates: Tensor[] = []
  treeForEach(optimizerState as Tree, (leaf, path) => {
    if (path.split('.').at(-1) === 'learningRate') rates.push(leaf)
  })
  for (const rate of rates) {
    if (!(await allFinite(rate))) return `the learning rate is ${(await rate.data())[0]}`
  }
  return `the loss is finite, and a gradient after layer '${layer}', its square, its product with the learning rate or a new state is not`
}

/** Runs a step again, op by op. Returns its figures by name. */
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
  return Object.entries(withCaller(step, () => model.trainStep(step.batch, step)))
}

/** Up to this number of elements, a loop on the host is faster than a program that has to be compiled first. */
const smallTensor = 2 ** 20

async function allFinite(x: Tensor): Promise<boolean> {
  if (!isFloat(x.dtype)) return true
  if (x.size <= smallTensor && x.storage.readsAtOnce) return x.dataSync().every(Number.isFinite)
  const finite = onBackend(backendOf(x), () => tidy(() => all(isFinite(x))))
  const [value] = await finite.data()
  finite.dispose()
  return Boolean(value)
}
