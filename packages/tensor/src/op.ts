import type { Aval } from './aval.ts'
import type { DType } from './dtype.ts'
import { ShapeError } from './errors.ts'
import { formatShape, type Shape, sizeOf } from './shape.ts'
import type { Tensor } from './tensor.ts'

export type { Aval } from './aval.ts'

/**
 * The definition of an op: everything that the rest of the library knows about it.
 *
 * A *primitive* has no `inline`; every backend implements it. A *composite* has a body made of other ops, so it runs on every
 * backend; a backend may still have code for it and run it whole.
 *
 * Ops see tensors of exactly the shapes and dtypes that `shape` accepts: broadcasting, number literals and negative axes
 * are handled by the public function around the op. `params` are plain JSON-like data; only a higher-order op has a
 * graph in them, under the name `body`.
 */
export interface Op<P = unknown> {
  readonly name: string
  /** Shape and dtype of the result. Throws `ShapeError` for inputs that do not fit. */
  shape(inputs: readonly Aval[], params: P): Aval
  /** Shape and dtype of each output, only for ops with several. `shape` gives those of the first. */
  shapes?(inputs: readonly Aval[], params: P): readonly Aval[]
  /**
   * Derivative: given the cotangent of the output, one cotangent per input (`null` where none flows).
   * Made of ordinary ops, so that it can be differentiated again. An op without `vjp` and without `inline` has no
   * derivative: gradients stop there.
   */
  vjp?(cotangent: Tensor, inputs: readonly Tensor[], params: P, output: Tensor): readonly (Tensor | null)[]
  /**
   * The derivative of an op that needs more than inputs and outputs: an application of the op that gives the needed values,
   * too. `active` says for which inputs cotangents are wanted.
   */
  linearize?(inputs: readonly Tensor[], params: P, active: readonly boolean[]): Linearized<P>
  /** Computes the op with other ops. */
  inline?(inputs: readonly Tensor[], params: P): Tensor
  /**
   * Only for higher-order ops: the same application with the composites in its body replaced by their bodies, except those for
   * which `keep` holds. Tensors made by these bodies become further inputs.
   */
  inlineBody?(inputs: readonly Tensor[], params: P, keep: (op: Op) => boolean): Application<P>
  /** Each output element depends only on the input elements at the same position, so the output may overwrite an input. */
  readonly elementwise?: true
  /** The cost of one element of an elementwise op, in additions (default 1). Compilers recompute cheap values. */
  readonly cost?: number
  /** The output holds the same elements in the same order as the first input, so no data needs to move. */
  readonly view?: true
  /**
   * Computations on the result are not merged with equal computations on the input: programs recompute them instead of
   * keeping the first results alive.
   */
  readonly barrier?: true
  /** The op applied to its own result, as one application of it (the params of the outer and the inner one). */
  merge?(outer: P, inner: P): P
  /** Whether the output equals the input, with these params and if the shapes are equal. */
  trivial?(params: P): boolean
}

/** Inputs and params of an application of an op. */
export interface Application<P> {
  readonly inputs: readonly Tensor[]
  readonly params: P
}

/** An application of an op that gives, after the outputs of the original one, the values that its derivative needs. */
export interface Linearized<P> extends Application<P> {
  /** One cotangent per input of the original application, given those of the outputs (`null` where none flows). */
  vjp(cotangents: readonly (Tensor | null)[], outputs: readonly Tensor[]): readonly (Tensor | null)[]
}

/** The largest number of elements of a tensor, which indices of 32 bits can count. */
const maxElements = 2_147_483_647

/** Shape and dtype of each output of an op. */
export function shapesOf<P>(op: Op<P>, inputs: readonly Aval[], params: P): readonly Aval[] {
  return op.shapes ? op.shapes(inputs, params) : [op.shape(inputs, params)]
}

/** The same for outputs that are computed. Throws `ShapeError` for one of more than 2^31 - 1 elements. */
export function computedShapes<P>(op: Op<P>, inputs: readonly Aval[], params: P): readonly Aval[] {
  const outputs = shapesOf(op, inputs, params)
  for (const { shape } of outputs) {
    if (sizeOf(shape) <= maxElements) continue
    throw new ShapeError(
      `${op.name}: the result has the shape ${formatShape(shape)}; a tensor holds at most ${maxElements} elements.`,
    )
  }
  return outputs
}

/** An input of a sample: given values, or seeded random ones from `low` to `high` (default -2 to 2). */
export interface SampleInput {
  readonly shape: Shape
  /** Default `float`: run once in every floating dtype that the backend has. */
  readonly dtype?: DType | 'float'
  readonly values?: readonly number[]
  readonly low?: number
  readonly high?: number
}

/** Inputs on which an op is tested on every backend: forward, inlined, compiled and, for float inputs, its derivatives. */
export interface Sample<P = unknown> {
  readonly inputs: readonly SampleInput[]
  /** The params, or a function of the inputs if params depend on their dtypes, as the body of a `scan` does. */
  readonly params: P | ((inputs: readonly Aval[]) => P)
  /** A reason why derivatives are not compared with finite differences at this point (a kink, a step function). */
  readonly forwardOnly?: string
}

export interface OpSamples<P = unknown> {
  readonly op: Op<P>
  readonly samples: readonly Sample<P>[]
}
