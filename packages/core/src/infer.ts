import {
  type DType,
  formatShape,
  inferShapes,
  type Shape,
  ShapeError,
  sameShape,
  Tensor,
  type Tree,
  treeLeaves,
} from '@gradus/tensor'
import { Rng } from './rng.ts'
import { type Runnable, runLayer } from './run-layer.ts'

/** Dimensions of which some are not known in advance (`null`), the batch first. */
export type SymbolicShape = readonly (number | null)[]

/** What is known of an input or output in advance. */
export interface SymbolicAval {
  readonly shape: SymbolicShape
  readonly dtype: DType
}

/** The part of a layer that shape inference needs. */
interface Inferable extends Runnable {
  readonly type: string
  readonly config: { readonly name?: string }
  init(rng: Rng, shape: Shape | readonly Shape[]): Tree
  initState(shape: Shape | readonly Shape[]): Tree
}

/** What a layer makes of inputs of the given shapes: its parameters, state and outputs, as tensors without values. */
export interface LayerSignature {
  readonly params: Tree
  readonly state: Tree
  readonly outputs: readonly SymbolicAval[]
}

// Unknown dimensions are found by trying two sizes: what differs in the output depends on them. The sizes are large and
// far apart, so that windows fit and strides do not hide the difference.
const trialSizes = [64, 192] as const

/** Works out a layer's parameters, state and outputs from the shapes of its inputs. An error names the layer. */
export function inferLayer(layer: Inferable, inputs: readonly SymbolicAval[], many: boolean): LayerSignature {
  const dtypes = inputs.map(({ dtype }) => dtype)
  const attempt = (batch: number, other: number): Trial => {
    const shapes = inputs.map(({ shape }) => shape.map((d, axis) => d ?? (axis === 0 ? batch : other)))
    try {
      return inferShapes(() => tryLayer(layer, shapes, dtypes, many))
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error
      throw new ShapeError(
        `The layer ${labelOf(layer)} cannot take an input of shape ${formatShapes(inputs)}: ${error.message}`,
      )
    }
  }
  const [first, second] = trialSizes
  const small = attempt(first, first)
  const large = attempt(second, second)
  // state may be kept for each sample of a batch, but on no other unknown dimension may it depend
  const sameState = sameShapes(small.state, large.state) || sameShapes(attempt(second, first).state, large.state)
  if (!sameShapes(small.params, large.params) || !sameState) {
    throw new ShapeError(
      `The layer ${labelOf(layer)} has parameters whose shape depends on a dimension that is not known: its input is ${formatShapes(inputs)}. Give that dimension a size, or reduce over it first.`,
    )
  }
  const outputs = small.outputs.map((output, index) => ({
    dtype: output.dtype,
    shape: output.shape.map((d, axis) => (d === large.outputs[index]!.shape[axis] ? d : null)),
  }))
  return { params: small.params, state: small.state, outputs }
}

function sameShapes(a: Tree, b: Tree): boolean {
  const others = treeLeaves(b)
  return treeLeaves(a).every((leaf, index) => sameShape(leaf.shape, others[index]!.shape))
}

function formatShapes(avals: readonly SymbolicAval[]): string {
  return avals.map(({ shape }) => formatShape(shape)).join(' and ')
}

function labelOf(layer: Inferable): string {
  return layer.config.name ? `${layer.type} '${layer.config.name}'` : layer.type
}

interface Trial {
  params: Tree
  state: Tree
  outputs: readonly Tensor[]
}

function tryLayer(layer: Inferable, shapes: readonly Shape[], dtypes: readonly DType[], many: boolean): Trial {
  const rng = new Rng(new Tensor({ shape: [2], dtype: 'uint32' }))
  const shape = many ? shapes : shapes[0]!
  const tensors = shapes.map((s, index) => new Tensor({ shape: s, dtype: dtypes[index]! }))
  const params = layer.init(rng, shape)
  const state = layer.initState(shape)
  const { outputs } = runLayer(layer, tensors, many, { params, state, rng, training: false, addLoss: () => {} })
  return { params, state, outputs }
}
