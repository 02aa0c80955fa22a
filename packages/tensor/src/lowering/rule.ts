import type { Aval } from '../aval.ts'
import type { DType } from '../dtype.ts'
import type { Op } from '../op.ts'
import type { Tensor } from '../tensor.ts'

/** The params of an op. */
export type ParamsOf<O> = O extends Op<infer P> ? P : never

/** A function of elements: an elementwise op, or one that only rules use. Code generators know both by name. */
export interface ElementFunction {
  readonly name: string
  /** The cost of one call, in additions (default 1). */
  readonly cost?: number
}

/** An application of an op, as its rule sees it. */
export interface LoweredNode<P> {
  readonly op: ElementFunction
  readonly params: P
  /** The (first) output. */
  readonly aval: Aval
  readonly inputs: readonly Aval[]
}

/** Arithmetic of indices, which are integers that depend on loop variables. The compiler chooses the type `I`. */
export interface IndexArithmetic<I> {
  constant(value: number): I
  plus(a: I, b: I): I
  times(a: I, factor: number): I
  shifted(a: I, by: number): I
  /** The quotient by a positive number, rounded down. */
  quotient(a: I, by: number): I
  remainder(a: I, by: number): I
  /** The position in row-major order of the element at the coordinates. */
  ravel(coordinates: readonly I[], shape: readonly number[]): I
  /** The coordinates of the element at a position in row-major order. */
  unravel(position: I, shape: readonly number[]): readonly I[]
}

/** Holds where the index lies from `low` to `high - 1`. */
export interface Condition<I> {
  readonly index: I
  readonly low: number
  readonly high: number
}

/** Makes elements of type `E`, and indices from elements. */
export interface ElementMaker<I, E> {
  constant(dtype: DType, value: number): E
  /** The index as a number. */
  coordinate(dtype: DType, index: I): E
  apply(dtype: DType, fn: ElementFunction, inputs: readonly E[]): E
  /** `inside` where all conditions hold, and `outside` elsewhere. Only the chosen one is computed. */
  choice(conditions: readonly Condition<I>[], inside: () => E, outside: E): E
  /** The index that an integer element from 0 to `size - 1` holds. */
  lookup(element: E, size: number): I
}

/** The tools of a rule. */
export interface ElementTools<I, E> {
  readonly index: IndexArithmetic<I>
  readonly make: ElementMaker<I, E>
  /** The element of an input at the coordinates. */
  read(input: number, at: readonly I[]): E
}

/** The rule of an op that computes each element independently, from elements of the inputs. */
export interface ElementRule<P = never> {
  readonly kind: 'element'
  /** The op computes nothing, so its elements are read through it and not stored. */
  readonly inlined?: true
  /** Each element of the input is read at most once. */
  readonly once?: boolean
  /** The element at the coordinates `at`. */
  element<I, E>(node: LoweredNode<P>, at: readonly I[], tools: ElementTools<I, E>): E
}

/** A rule that reads the element of the only input at other coordinates; `once` if each element is read at most once. */
/* @__NO_SIDE_EFFECTS__ */
export function movement<P = never>(
  source: <I>(node: LoweredNode<P>, at: readonly I[], index: IndexArithmetic<I>) => readonly I[],
  once = false,
): ElementRule<P> {
  return {
    kind: 'element',
    inlined: true,
    once,
    element: (node, at, { index, read }) => read(0, source(node, at, index)),
  }
}

/** How a reduction combines elements. `argMax` and `argMin` give the position of the first largest or smallest one. */
export type Combine = 'sum' | 'prod' | 'max' | 'min' | 'any' | 'all' | 'argMax' | 'argMin'

/** The rule of an op whose elements each combine several elements of the input. */
export interface ReductionRule<P = never> {
  readonly kind: 'reduction'
  readonly combine: Combine
  /** The dimensions of the input along which it reduces; undefined if it reduces over something else. */
  axes?(params: P): readonly number[]
  /** The sizes of the loops over the elements that are combined. */
  inner(node: LoweredNode<P>): readonly number[]
  /** The coordinates of an element in the input, which is combined only where all conditions of `only` hold. */
  source<I>(
    node: LoweredNode<P>,
    at: readonly I[],
    inner: readonly I[],
    index: IndexArithmetic<I>,
  ): { readonly at: readonly I[]; readonly only: readonly Condition<I>[] }
}

/** Sizes or indices of the loops of `out[batch, m, n] = sum over k of a[batch, m, k] * b[batch, k, n]`. */
export interface ContractionLoops<T> {
  readonly batch: readonly T[]
  readonly m: readonly T[]
  readonly n: readonly T[]
  readonly k: readonly T[]
}

/** The rule of an op that sums products of its two inputs. */
export interface ContractionRule<P = never> {
  readonly kind: 'contraction'
  loops(node: LoweredNode<P>): ContractionLoops<number>
  /** The coordinates in the two inputs and in the output. */
  coordinates<I>(
    node: LoweredNode<P>,
    at: ContractionLoops<I>,
    index: IndexArithmetic<I>,
  ): { readonly a: readonly I[]; readonly b: readonly I[]; readonly out: readonly I[] }
  /** Whether the rule covers these params (default: all). */
  covers?(params: P): boolean
  /** Expresses the op by others, for params that the rule does not cover. */
  rewrite?(inputs: readonly Tensor[], params: P): Tensor
}

/** A loop over all positions of a shape. Each iteration stores one element. */
export interface StoreLoop {
  readonly shape: readonly number[]
  store<I, E>(
    at: readonly I[],
    tools: ElementTools<I, E>,
  ): {
    /** The coordinates in the output. */
    readonly to: readonly I[]
    readonly element: E
    /** Adds to the stored element where this one is true, instead of overwriting it. */
    readonly addWhere?: E
  }
}

/** The rule of an op whose output is written by several loops, in order. */
export interface StoreRule<P = never> {
  readonly kind: 'stores'
  loops(node: LoweredNode<P>): readonly StoreLoop[]
}

/** An op that no rule describes element by element. Code generators have code for it, which works on arrays in memory. */
export interface OpaqueRule {
  readonly kind: 'opaque'
}

/** How a primitive becomes loops over elements. */
export type Lowering<P = never> = ElementRule<P> | ReductionRule<P> | ContractionRule<P> | StoreRule<P> | OpaqueRule

/** The rules of some ops, by name. */
export type Lowerings = Readonly<Record<string, Lowering>>
