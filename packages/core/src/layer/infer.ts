import {
  type DType,
  formatShape,
  inferShapes,
  type Shape,
  ShapeError,
  type SymbolicDType,
  type SymbolicShape,
  SymbolicTensor,
  sameShape,
  Tensor,
  type Tree,
  treeLeaves,
} from '@gradus/tensor'
import { UnknownSize } from '@gradus/tensor/internals'
import { Rng } from '../rng.ts'
import { leavesOf, mapLeaves } from '../structure.ts'
import type { BaseLayer, CallOptions, InputShape } from './base-layer.ts'
import { Forward, type LayerVariables, type VariableSource } from './forward.ts'
import { batchSize, sizeAt, sizeOfTrials, trials } from './trial-sizes.ts'

/** What is known of an input or output in advance; the batch comes first. */
export interface SymbolicAval {
  readonly sizes: readonly (number | UnknownSize)[]
  readonly dtype: SymbolicDType
}

/** A symbolic tensor that stands for an input of a shape and belongs to no model. */
export function standIn(sizes: readonly (number | UnknownSize)[], dtype: SymbolicDType): SymbolicTensor {
  return new SymbolicTensor(sizes, dtype, noSource)
}

/** The same structure with such a stand-in for each tensor. */
export function standIns(value: unknown): unknown {
  return mapLeaves(value, ({ shape, dtype }) => standIn(shape as Shape, dtype))
}

const noSource = {
  record(): never {
    throw new TypeError('A tensor that stands for a shape cannot be computed with.')
  },
}

/** What is known of a layer before it has values. */
export interface LayerShapes {
  /** The shapes of its inputs, with 1 for dimensions that are not known. */
  readonly input: InputShape
  /** Its parameters, without values. */
  readonly params: Tree
  /** The shapes of its outputs in order. */
  readonly outputs: readonly SymbolicShape[]
}

/** What a call of a layer makes of inputs of the given shapes. */
export interface CallShapes {
  /** The outputs in order. */
  readonly outputs: readonly SymbolicAval[]
  /** The structure of the outputs, with tensors without values in their places. */
  readonly structure: Tree
  /** The layer itself and all layers that it calls, in the order of their first calls. */
  readonly layers: ReadonlyMap<BaseLayer, LayerShapes>
}

// A layer that was called once has the shapes of that call, whichever model calls it next.
const known = new WeakMap<BaseLayer, LayerShapes>()

/** The shapes of a layer that was called before. */
export function knownShapes(layer: BaseLayer): LayerShapes | undefined {
  return known.get(layer)
}

/**
 * Works out what a call of a layer gives, by running it on shapes alone. `inputs` and `options` hold symbolic tensors. Throws
 * `ShapeError` that names the layer for inputs that it cannot take.
 */
export function inferCall(layer: BaseLayer, inputs: unknown, options: CallOptions & object = {}): CallShapes {
  const given = [...leavesOf(inputs), ...leavesOf(options)] as SymbolicTensor[]
  try {
    return inferWith(layer, inputs, options, given)
  } catch (error) {
    // several lengths that are not known may turn out to be the same
    const unknown = unknownSizes(given).filter((size) => size !== batchSize)
    if (!(error instanceof ShapeError) || unknown.length < 2) throw error
    const unified = (x: SymbolicTensor) =>
      new SymbolicTensor(
        x.sizes.map((size) => (unknown.includes(size as UnknownSize) ? unknown[0]! : size)),
        x.dtype,
        x.source,
      )
    const map = (value: unknown) => mapLeaves(value, (x) => unified(x as SymbolicTensor))
    return inferWith(layer, map(inputs), map(options) as object, given.map(unified))
  }
}

function inferWith(
  layer: BaseLayer,
  inputs: unknown,
  options: CallOptions & object,
  given: readonly SymbolicTensor[],
): CallShapes {
  const made = new Map<number, Trial>()
  let failure = ''
  const unknown = unknownSizes(given)
  const attempt = (trial: number): void => {
    // an earlier layer could not be tried with these sizes
    if (unknown.some(({ sizes }) => sizes[trial] === undefined)) return
    try {
      made.set(trial, tryCall(layer, inputs, options, trial))
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error
      // what is too short for a window fails at small sizes only
      failure = withoutTrials(error.message, unknown, trial)
    }
  }
  attempt(0)
  if (unknown.length > 0) {
    attempt(1)
    if (made.size < 2 || unclear(made, unknown)) for (let trial = 2; trial < trials; trial++) attempt(trial)
    // the message of the largest sizes is the clearest
    if (made.size < 2) attempt(1)
  }
  if (made.size < Math.min(2, unknown.length + 1)) {
    throw new ShapeError(
      `The layer ${labelOf(layer)} cannot take an input of shape ${formatShapes(inputs)}: ${failure}`,
    )
  }
  const layers = shapesFound(layer, made, inputs)
  const [first] = made.values()
  return { outputs: outputsFound(layer, made, unknown), structure: first!.outputs, layers }
}

/** A message in which the sizes of a trial stand as `null` again. */
function withoutTrials(message: string, unknown: readonly UnknownSize[], trial: number): string {
  const tried = new Set(unknown.map(({ sizes }) => String(sizes[trial])))
  return message.replace(/\[[^\]]*\]/g, (shape) => shape.replace(/\d+/g, (d) => (tried.has(d) ? 'null' : d)))
}

/** What a layer gave for one choice of the sizes that are not known. */
interface Trial {
  readonly outputs: Tree
  readonly seen: ReadonlyMap<BaseLayer, Seen>
}

interface Seen extends LayerVariables {
  readonly input: InputShape
  outputs: readonly Shape[]
}

function tryCall(layer: BaseLayer, inputs: unknown, options: CallOptions & object, trial: number): Trial {
  return inferShapes(() => {
    const place = (value: unknown) =>
      mapLeaves(value, (x) => {
        const { sizes, dtype } = x as SymbolicTensor
        // strings have no tensors; where only shapes count, one may stand for them
        return new Tensor({ shape: sizes.map((size) => sizeAt(size, trial)), dtype: dtype as DType })
      })
    const variables = new TrialVariables()
    const rng = trialRng()
    const call = { rng, training: false, options: place(options) as object }
    const outputs = variables.forward().call(layer, place(inputs) as Tree, call)
    return { outputs, seen: variables.seen }
  })
}

/**
 * Runs `run` on shapes alone, with variables without values for the layers that it calls; so that these get to know the
 * shapes of their inputs where no single layer is called that holds them all.
 */
export function inferLayers<T>(run: (forward: Forward) => T): T {
  return inferShapes(() => {
    const variables = new TrialVariables()
    const result = run(variables.forward())
    for (const [layer, { input, params, outputs }] of variables.seen) {
      // the first dimension is that of the batch
      const shapes = outputs.map(([_, ...sample]) => [null, ...sample])
      if (!known.has(layer)) known.set(layer, { input, params, outputs: shapes })
    }
    return result
  })
}

/** Parameters and states without values, made when a layer is met for the first time. */
class TrialVariables implements VariableSource {
  readonly seen = new Map<BaseLayer, Seen>()

  of(layer: BaseLayer, inputs: Tree): LayerVariables {
    const found = this.seen.get(layer)
    if (found) return found
    const input = mapLeaves(inputs, (x) => x.shape) as InputShape
    const params = known.get(layer)?.params ?? layer.init(trialRng(), input)
    const made = { input, params, state: layer.initState(trialRng(), input), outputs: [] }
    this.seen.set(layer, made)
    return made
  }

  /** A forward pass that notes what each layer gives at its first call. */
  forward(): Forward {
    return new Forward(this, (layer, outputs) => {
      const seen = this.seen.get(layer)!
      if (seen.outputs.length === 0) seen.outputs = outputs.map(({ shape }) => shape)
    })
  }
}

function trialRng(): Rng {
  return new Rng(new Tensor({ shape: [2], dtype: 'uint32' }))
}

/** Whether two trials leave open what some dimension of the outputs is. */
function unclear(made: ReadonlyMap<number, Trial>, unknown: readonly UnknownSize[]): boolean {
  return eachOutput(made).some(({ sizes }) => sizes.some((values) => sizeOfTrials(values, unknown) === undefined))
}

function outputsFound(
  layer: BaseLayer,
  made: ReadonlyMap<number, Trial>,
  unknown: readonly UnknownSize[],
): SymbolicAval[] {
  return eachOutput(made).map(({ sizes, dtype }) => ({
    dtype,
    sizes: sizes.map((values, axis) => {
      const size = sizeOfTrials(values, unknown)
      if (size === undefined) throw notUnderstood(layer, axis, values, unknown)
      return size
    }),
  }))
}

/** The dimensions of each output by trial, and its dtype. */
function eachOutput(made: ReadonlyMap<number, Trial>): { sizes: (number | undefined)[][]; dtype: DType }[] {
  const [first] = made.values()
  const leaves = new Map([...made].map(([trial, { outputs }]) => [trial, treeLeaves(outputs)]))
  return treeLeaves(first!.outputs).map(({ shape, dtype }, index) => ({
    dtype,
    sizes: shape.map((_, axis) =>
      Array.from({ length: trials }, (__, trial) => leaves.get(trial)?.[index]?.shape[axis]),
    ),
  }))
}

function notUnderstood(
  layer: BaseLayer,
  axis: number,
  values: readonly (number | undefined)[],
  unknown: readonly UnknownSize[],
): ShapeError {
  const examples = values.flatMap((value, trial) =>
    value === undefined ? [] : [`${unknown.map(({ sizes }) => sizes[trial]).join(' and ')} give ${value}`],
  )
  return new ShapeError(
    `The size of axis ${axis} of the output of ${labelOf(layer)} depends on a dimension that is not known, and not in a way that can be followed: ${examples.join(', ')}. ` +
      "Give that dimension a size in the model's input, or let the output's size be fixed, or a multiple of it, or what windows and strides leave of it.",
  )
}

function shapesFound(
  layer: BaseLayer,
  made: ReadonlyMap<number, Trial>,
  inputs: unknown,
): ReadonlyMap<BaseLayer, LayerShapes> {
  const [first, ...others] = [...made.values()]
  const shapes = new Map<BaseLayer, LayerShapes>()
  for (const [found, seen] of first!.seen) {
    const alike = others.flatMap((trial) => trial.seen.get(found) ?? [])
    for (const other of alike) requireKnown(found, seen, other, found === layer ? formatShapes(inputs) : undefined)
    const input = mapShapes([seen, ...alike].map((one) => one.input))
    const outputs = seen.outputs.map((shape, index) => commonShape([shape, ...alike.map((one) => one.outputs[index]!)]))
    shapes.set(found, { input, params: seen.params, outputs })
  }
  for (const [found, entry] of shapes) if (!known.has(found)) known.set(found, entry)
  return shapes
}

/** Throws where parameters depend on a size that is not known, or the state on another one than that of the batch. */
function requireKnown(layer: BaseLayer, a: Seen, b: Seen, input: string | undefined): void {
  const [batchA, batchB] = [firstOf(a.input), firstOf(b.input)]
  const paramsAgree = sameShapes(a.params, b.params)
  const stateAgrees = treeLeaves(a.state).every((leaf, index) =>
    leaf.shape.every((d, axis) => {
      const other = treeLeaves(b.state)[index]!.shape[axis]
      return d === other || (d === batchA && other === batchB)
    }),
  )
  if (paramsAgree && stateAgrees) return
  throw new ShapeError(
    `The layer ${labelOf(layer)} has parameters whose shape depends on a dimension that is not known: its input is ${input ?? formatShape(mapShapes([a.input, b.input]) as SymbolicShape)}. Give that dimension a size, or reduce over it first.`,
  )
}

function sameShapes(a: Tree, b: Tree): boolean {
  const others = treeLeaves(b)
  return treeLeaves(a).every((leaf, index) => sameShape(leaf.shape, others[index]!.shape))
}

function firstOf(shape: InputShape): number | undefined {
  if (Array.isArray(shape)) return typeof shape[0] === 'object' ? firstOf(shape[0] as InputShape) : (shape[0] as number)
  return firstOf(Object.values(shape)[0] as InputShape)
}

/** Shapes of several trials as one, with 1 where they differ. */
function mapShapes(shapes: readonly InputShape[]): InputShape {
  const [first] = shapes
  if (Array.isArray(first) && typeof first[0] !== 'object') {
    return first.map((d, axis) => (shapes.every((shape) => (shape as readonly number[])[axis] === d) ? d : 1))
  }
  const at = (key: string | number) => mapShapes(shapes.map((shape) => (shape as Record<string, InputShape>)[key]!))
  if (Array.isArray(first)) return first.map((_, index) => at(index))
  return Object.fromEntries(Object.keys(first as object).map((key) => [key, at(key)]))
}

/** A shape with null where several trials differ. */
function commonShape([first, ...others]: readonly Shape[]): SymbolicShape {
  return first!.map((d, axis) => (others.every((shape) => shape[axis] === d) ? d : null))
}

function unknownSizes(tensors: readonly SymbolicTensor[]): UnknownSize[] {
  const sizes = tensors.flatMap((x) => x.sizes.filter((size) => size instanceof UnknownSize))
  return [...new Set(sizes)]
}

function formatShapes(inputs: unknown): string {
  return leavesOf(inputs)
    .map(({ shape }) => formatShape(shape))
    .join(' and ')
}

function labelOf(layer: BaseLayer): string {
  const { name } = layer.config as { readonly name?: string }
  return name ? `${layer.type} '${name}'` : layer.type
}
