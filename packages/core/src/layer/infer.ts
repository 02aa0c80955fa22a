import { type DType, ShapeError, type SymbolicDType, SymbolicTensor, type Tree, treeLeaves } from '@gradus/tensor'
import { UnknownSize } from '@gradus/tensor/internals'
import { leavesOf, mapLeaves } from '../structure.ts'
import type { BaseLayer, CallOptions } from './base-layer.ts'
import { formatShapes, layerShapesFrom } from './infer-layers.ts'
import { keepShapes, type LayerShapes } from './known-shapes.ts'
import { titleOf } from './title.ts'
import { runTrial, type Trial } from './trial.ts'
import { batchSize, sizeFromTrials, trialCount } from './trial-sizes.ts'

/** The sizes (batch first) and the dtype of an input or output before it has values. */
export interface SymbolicAval {
  readonly sizes: readonly (number | UnknownSize)[]
  readonly dtype: SymbolicDType
}

/** The shapes of a call of a layer. */
export interface CallShapes {
  /** The outputs in order. */
  readonly outputs: readonly SymbolicAval[]
  /** The outputs in the structure that `apply` returns, as tensors without values. */
  readonly structure: Tree
  /** The layer itself and all layers that it calls, in the order of their first calls. */
  readonly layers: ReadonlyMap<BaseLayer, LayerShapes>
}

/**
 * Infers the shapes of a call by running the layer on shapes alone. `inputs` and `options` hold symbolic tensors. Throws
 * `ShapeError` that names the layer for inputs that it cannot take, for parameters of unknown shape, and for an output size
 * that depends on an unknown dimension in an unsupported way.
 */
export function inferCall(layer: BaseLayer, inputs: unknown, options: CallOptions & object = {}): CallShapes {
  const shapes = shapesOfCall(layer, inputs, options)
  for (const [called, found] of shapes.layers) keepShapes(called, found)
  return shapes
}

/** Like `inferCall`, without a trace of the call: no layer keeps the shapes. */
export function shapesOfCall(layer: BaseLayer, inputs: unknown, options: CallOptions & object = {}): CallShapes {
  const tensors = [...leavesOf(inputs), ...leavesOf(options)] as SymbolicTensor[]
  try {
    return inferWith(layer, inputs, options, tensors)
  } catch (error) {
    // several unknown lengths may have to be equal: tries again with one length for all of them
    const unknown = unknownSizes(tensors).filter((size) => size !== batchSize)
    if (!(error instanceof ShapeError) || unknown.length < 2) throw error
    const unified = (x: SymbolicTensor) =>
      new SymbolicTensor(
        x.sizes.map((size) => (unknown.includes(size as UnknownSize) ? unknown[0]! : size)),
        x.dtype,
        x.source,
      )
    const map = (value: unknown) => mapLeaves(value, (x) => unified(x as SymbolicTensor))
    return inferWith(layer, map(inputs), map(options) as object, tensors.map(unified))
  }
}

function inferWith(
  layer: BaseLayer,
  inputs: unknown,
  options: CallOptions & object,
  tensors: readonly SymbolicTensor[],
): CallShapes {
  const unknown = unknownSizes(tensors)
  const { trials, failure } = runTrials(layer, inputs, options, unknown)
  if (trials.size < Math.min(2, unknown.length + 1)) {
    throw new ShapeError(
      `The layer ${titleOf(layer)} cannot take an input of shape ${formatShapes(inputs)}: ${failure}`,
    )
  }
  const layers = layerShapesFrom(layer, [...trials.values()], inputs)
  const [first] = trials.values()
  return { outputs: outputsFrom(layer, trials, unknown), structure: first!.outputs, layers }
}

/** Runs trials until the sizes of all outputs are clear. `failure` is the message of the last trial that failed. */
function runTrials(
  layer: BaseLayer,
  inputs: unknown,
  options: CallOptions & object,
  unknown: readonly UnknownSize[],
): { trials: ReadonlyMap<number, Trial>; failure: string } {
  const trials = new Map<number, Trial>()
  const failures: { message: string; trial: number }[] = []
  const attempt = (trial: number): void => {
    // a size is missing if an earlier layer failed in this trial
    if (unknown.some(({ sizes }) => sizes[trial] === undefined)) return
    try {
      trials.set(trial, runTrial(layer, inputs, options, trial))
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error
      // small sizes may fail alone, where they are shorter than a window
      failures.push({ message: error.message, trial })
    }
  }
  attempt(0)
  if (unknown.length > 0) {
    attempt(1)
    if (trials.size < 2 || isUnclear(trials, unknown)) {
      for (let trial = 2; trial < trialCount; trial++) attempt(trial)
    }
    // once more for its message: the one with the largest sizes is the clearest
    if (trials.size < 2) attempt(1)
  }
  return { trials, failure: withoutTrialSizes(failures, unknown) }
}

/** The last message without the sizes of its trial, and without the numbers that follow from them. */
function withoutTrialSizes(
  failures: readonly { message: string; trial: number }[],
  unknown: readonly UnknownSize[],
): string {
  const last = failures.at(-1)
  if (!last) return ''
  const tried = new Set(unknown.map(({ sizes }) => String(sizes[last.trial])))
  const shown = last.message.replace(/\[[^\]]*\]/g, (shape) =>
    shape.replace(/\d+/g, (digits) => (tried.has(digits) ? 'null' : digits)),
  )
  // numbers that differ between the messages of two trials depend on an unknown size
  const form = (message: string) => message.replace(/\d+/g, '0')
  const other = failures.find(({ message, trial }) => trial !== last.trial && form(message) === form(last.message))
  if (!other) return shown
  const numbers = (message: string) => message.match(/\d+/g) ?? []
  const others = numbers(other.message)
  const varying = new Set(numbers(last.message).filter((digits, index) => digits !== others[index]))
  return shown.replace(/(\d+)( elements)?/g, (text, digits: string, elements?: string) => {
    if (!varying.has(digits)) return text
    return elements ? `an unknown number of${elements}` : 'null'
  })
}

/** Whether the trials leave the size of some output open. */
function isUnclear(trials: ReadonlyMap<number, Trial>, unknown: readonly UnknownSize[]): boolean {
  return outputSizes(trials).some(({ sizes }) => sizes.some((values) => sizeFromTrials(values, unknown) === undefined))
}

function outputsFrom(
  layer: BaseLayer,
  trials: ReadonlyMap<number, Trial>,
  unknown: readonly UnknownSize[],
): SymbolicAval[] {
  return outputSizes(trials).map(({ sizes, dtype }) => ({
    dtype,
    sizes: sizes.map((values, axis) => {
      const size = sizeFromTrials(values, unknown)
      if (size === undefined) throw unsupportedSize(layer, axis, values, unknown)
      return size
    }),
  }))
}

/** The dtype of each output, and for each of its dimensions the sizes by trial. */
function outputSizes(trials: ReadonlyMap<number, Trial>): { sizes: (number | undefined)[][]; dtype: DType }[] {
  const [first] = trials.values()
  const leaves = new Map([...trials].map(([trial, { outputs }]) => [trial, treeLeaves(outputs)]))
  return treeLeaves(first!.outputs).map(({ shape, dtype }, index) => ({
    dtype,
    sizes: shape.map((_, axis) =>
      Array.from({ length: trialCount }, (__, trial) => leaves.get(trial)?.[index]?.shape[axis]),
    ),
  }))
}

function unsupportedSize(
  layer: BaseLayer,
  axis: number,
  values: readonly (number | undefined)[],
  unknown: readonly UnknownSize[],
): ShapeError {
  const examples = values.flatMap((value, trial) =>
    value === undefined ? [] : [`${unknown.map(({ sizes }) => sizes[trial]).join(' and ')} give ${value}`],
  )
  return new ShapeError(
    `The size of axis ${axis} of the output of ${titleOf(layer)} depends on an unknown dimension in an unsupported way: ${examples.join(', ')}. ` +
      "Give that dimension a size in the model's input, or make the output's size constant, a multiple of it, or the result of windows and strides.",
  )
}

function unknownSizes(tensors: readonly SymbolicTensor[]): UnknownSize[] {
  const sizes = tensors.flatMap((x) => x.sizes.filter((size) => size instanceof UnknownSize))
  return [...new Set(sizes)]
}
