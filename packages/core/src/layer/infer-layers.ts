import {
  formatShape,
  type Shape,
  ShapeError,
  type SymbolicShape,
  sameShape,
  type Tree,
  treeLeaves,
} from '@gradus/tensor'
import { leavesOf } from '../structure.ts'
import type { BaseLayer, InputShape } from './base-layer.ts'
import { firstShape, isShape } from './input-shape.ts'
import type { LayerShapes } from './known-shapes.ts'
import { titleOf } from './title.ts'
import type { Trial, TrialLayer } from './trial.ts'

/**
 * The shapes of all layers that the trials of a call of `layer` called. Throws `ShapeError` for parameters whose shape differs
 * between trials.
 */
export function layerShapesFrom(
  layer: BaseLayer,
  [first, ...others]: readonly Trial[],
  inputs: unknown,
): ReadonlyMap<BaseLayer, LayerShapes> {
  const shapes = new Map<BaseLayer, LayerShapes>()
  for (const [called, inFirst] of first!.layers) {
    const inOthers = others.flatMap((trial) => trial.layers.get(called) ?? [])
    for (const other of inOthers) {
      requireSameVariables(called, inFirst, other, called === layer ? formatShapes(inputs) : undefined)
    }
    const input = commonInputShape([inFirst, ...inOthers].map((trial) => trial.input))
    const outputs = inFirst.outputs.map((shape, index) =>
      commonShape([shape, ...inOthers.map((trial) => trial.outputs[index]!)]),
    )
    shapes.set(called, { input, params: inFirst.params, outputs })
  }
  return shapes
}

/** The shapes of all tensors in a structure, for messages. */
export function formatShapes(inputs: unknown): string {
  return leavesOf(inputs)
    .map(({ shape }) => formatShape(shape))
    .join(' and ')
}

/** Throws `ShapeError` if the parameters of two trials differ in shape, or the states differ in more than the batch size. */
function requireSameVariables(layer: BaseLayer, a: TrialLayer, b: TrialLayer, input: string | undefined): void {
  const [batchA, batchB] = [firstShape(a.input)[0], firstShape(b.input)[0]]
  const statesOfB = treeLeaves(b.state)
  const stateAgrees = treeLeaves(a.state).every((leaf, index) =>
    leaf.shape.every((d, axis) => {
      const other = statesOfB[index]!.shape[axis]
      return d === other || (d === batchA && other === batchB)
    }),
  )
  if (sameShapes(a.params, b.params) && stateAgrees) return
  throw new ShapeError(
    `The layer ${titleOf(layer)} has parameters whose shape depends on an unknown dimension: its input is ${input ?? formatShape(commonInputShape([a.input, b.input]) as SymbolicShape)}. Give that dimension a size, or reduce over it first.`,
  )
}

function sameShapes(a: Tree, b: Tree): boolean {
  const others = treeLeaves(b)
  return treeLeaves(a).every((leaf, index) => sameShape(leaf.shape, others[index]!.shape))
}

/** Input shapes of several trials as one, with 1 for dimensions that differ. */
function commonInputShape(shapes: readonly InputShape[]): InputShape {
  const [first] = shapes
  if (isShape(first!)) {
    return first.map((d, axis) => (shapes.every((shape) => (shape as readonly number[])[axis] === d) ? d : 1))
  }
  const at = (key: string | number) =>
    commonInputShape(shapes.map((shape) => (shape as Record<string, InputShape>)[key]!))
  if (Array.isArray(first)) return first.map((_, index) => at(index))
  return Object.fromEntries(Object.keys(first as object).map((key) => [key, at(key)]))
}

/** Shapes of several trials as one, with null for dimensions that differ. */
function commonShape([first, ...others]: readonly Shape[]): SymbolicShape {
  return first!.map((d, axis) => (others.every((shape) => shape[axis] === d) ? d : null))
}
