import type { Aval } from './aval.ts'
import type { DType } from './dtype.ts'
import type { Shape } from './shape.ts'
import type { Tensor } from './tensor.ts'

export type { Aval } from './aval.ts'

/**
 * An operation: the only place that knows it.
 *
 * A *primitive* has no `inline`; every backend implements it. A *composite* has a body made of other ops and so runs
 * everywhere at once; a backend may still claim it by name and run it whole.
 *
 * Ops see tensors of exactly the shapes and dtypes that `shape` accepts: broadcasting, number literals and negative axes
 * are dealt with by the public function around the op. `params` are plain JSON-like data; only a higher-order op has a
 * graph in them, under the name `body`.
 */
export interface Op<P = unknown> {
  readonly name: string
  /** Result shape and dtype, or a `ShapeError`. The only place where they are decided. */
  shape(inputs: readonly Aval[], params: P): Aval
  /** Only an op with several outputs has it: shape and dtype of each. `shape` gives those of the first. */
  shapes?(inputs: readonly Aval[], params: P): readonly Aval[]
  /**
   * Derivative: given the cotangent of the output, one cotangent per input (`null` where none flows).
   * Made of ordinary ops, so that it can be differentiated again. An op without `vjp` and without `inline` has no
   * derivative: gradients stop there.
   */
  vjp?(cotangent: Tensor, inputs: readonly Tensor[], params: P, output: Tensor): readonly (Tensor | null)[]
  /**
   * The derivative of an op whose `vjp` would need more than its inputs and outputs: an application that gives that too.
   * `active` says for which inputs cotangents are wanted.
   */
  linearise?(inputs: readonly Tensor[], params: P, active: readonly boolean[]): Linearised<P>
  /** The op in terms of other ops. */
  inline?(inputs: readonly Tensor[], params: P): Tensor
  /**
   * Only a higher-order op has it: the same application with the composites in its body replaced by their parts, except
   * those to `keep`. Tensors that the parts make themselves become further inputs.
   */
  inlineBody?(inputs: readonly Tensor[], params: P, keep: (op: Op) => boolean): Application<P>
  /** Each output element depends only on the input elements at the same place, so the output may overwrite an input. */
  readonly elementwise?: true
  /** What one element of an elementwise op costs, in additions (default 1). Compilers compute again what is cheap. */
  readonly cost?: number
  /** The output holds the same elements in the same order as the first input, so no data needs to move. */
  readonly view?: true
  /**
   * What is computed from the result stays apart from equal computations on the input: programs do it anew instead of
   * keeping the first result alive.
   */
  readonly barrier?: true
  /** The op applied to its own result, as one application of it (the params of the outer and the inner one). */
  merge?(outer: P, inner: P): P
  /** With these params the output equals the input wherever their shapes do. */
  trivial?(params: P): boolean
}

/** What an op is applied to. */
export interface Application<P> {
  readonly inputs: readonly Tensor[]
  readonly params: P
}

/** An application of an op that gives, after the outputs of the original one, what its derivative needs. */
export interface Linearised<P> extends Application<P> {
  /** One cotangent per input of the original application, given those of the outputs (`null` where none flows). */
  vjp(cotangents: readonly (Tensor | null)[], outputs: readonly Tensor[]): readonly (Tensor | null)[]
}

/** Shape and dtype of each output of an op. */
export function shapesOf<P>(op: Op<P>, inputs: readonly Aval[], params: P): readonly Aval[] {
  return op.shapes ? op.shapes(inputs, params) : [op.shape(inputs, params)]
}

/** How to make one input of a sample: given values, or seeded random ones from `low` to `high` (default -2 to 2). */
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
  /** As a function of the inputs where they depend on their dtypes, as the step of a `scan` does. */
  readonly params: P | ((inputs: readonly Aval[]) => P)
  /** A reason why derivatives are not compared with finite differences at this point (a kink, a step function). */
  readonly forwardOnly?: string
}

export interface OpSamples<P = unknown> {
  readonly op: Op<P>
  readonly samples: readonly Sample<P>[]
}
