import type { DType } from '../dtype.ts'
import type { Aval, Op } from '../op.ts'
import type { Tensor } from '../tensor.ts'

/** The params of an op. */
export type ParamsOf<O> = O extends Op<infer P> ? P : never

/** A function of elements: an elementwise op, or one that only rules use. Code generators know both by name. */
export interface ElementFunction {
  readonly name: string
  /** What one call costs, in additions (default 1). */
  readonly cost?: number
}

/** An application of an op: what its rule may depend on. */
export interface LoweredNode<P> {
  readonly op: ElementFunction
  readonly params: P
  /** The (first) output. */
  readonly aval: Aval
  readonly inputs: readonly Aval[]
}

/** Arithmetic of indices: whole numbers that depend on loop variables. What an index `I` is, the compiler decides. */
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

/** The index lies from `low` to `high - 1`. */
export interface Condition<I> {
  readonly index: I
  readonly low: number
  readonly high: number
}

/** Makes elements `E`, and indices of them. */
export interface ElementMaker<I, E> {
  constant(dtype: DType, value: number): E
  /** An index as a number. */
  coordinate(dtype: DType, index: I): E
  apply(dtype: DType, fn: ElementFunction, inputs: readonly E[]): E
  /** `inside` where all conditions hold, and only there is it computed; else `outside`. */
  choice(conditions: readonly Condition<I>[], inside: () => E, outside: E): E
  /** An integer element from 0 to `size - 1` as an index. */
  lookup(element: E, size: number): I
}

/** What a rule makes elements with. */
export interface ElementTools<I, E> {
  readonly index: IndexArithmetic<I>
  readonly make: ElementMaker<I, E>
  /** The element of an input at the coordinates. */
  read(input: number, at: readonly I[]): E
}

/** An op each of whose elements is computed on its own, from elements of the inputs. */
export interface ElementRule<P = never> {
  readonly kind: 'element'
  /** It computes nothing, so it is done where its result is read instead of being stored. */
  readonly inlined?: true
  /** It reads each element of the input at most once. */
  readonly once?: true
  /** The element at the coordinates `at`. */
  element<I, E>(node: LoweredNode<P>, at: readonly I[], tools: ElementTools<I, E>): E
}

/** A rule that reads the element of the only input at other coordinates; `once` if each element is read at most once. */
/* @__NO_SIDE_EFFECTS__ */
export function movement<P = never>(
  source: <I>(node: LoweredNode<P>, at: readonly I[], index: IndexArithmetic<I>) => readonly I[],
  once?: true,
): ElementRule<P> {
  return {
    kind: 'element',
    inlined: true,
    ...(once && { once }),
    element: (node, at, { index, read }) => read(0, source(node, at, index)),
  }
}

/** How a reduction combines elements. `argMax` and `argMin` give the position of the first extreme. */
export type Combine = 'sum' | 'prod' | 'max' | 'min' | 'any' | 'all' | 'argMax' | 'argMin'

/** An op each of whose elements combines several elements of its input. */
export interface ReductionRule<P = never> {
  readonly kind: 'reduction'
  readonly combine: Combine
  /** For reductions along dimensions of the input: which ones. */
  axes?(params: P): readonly number[]
  /** The extents of the loops over the elements that are combined. */
  inner(node: LoweredNode<P>): readonly number[]
  /** The coordinates in the input, given those in the output and the loop variables; it counts where all of `only` hold. */
  source<I>(
    node: LoweredNode<P>,
    at: readonly I[],
    inner: readonly I[],
    index: IndexArithmetic<I>,
  ): { readonly at: readonly I[]; readonly only: readonly Condition<I>[] }
}

/** The loops of a sum of products, `out[batch, m, n] = sum over k of a[batch, m, k] * b[batch, k, n]`: sizes or indices. */
export interface ContractionLoops<T> {
  readonly batch: readonly T[]
  readonly m: readonly T[]
  readonly n: readonly T[]
  readonly k: readonly T[]
}

/** An op that sums products of its two inputs. */
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
  /** The op in terms of others, for params that the rule does not cover. */
  rewrite?(inputs: readonly Tensor[], params: P): Tensor
}

/** A loop over all positions of a shape, which stores one element at each. */
export interface StoreLoop {
  readonly shape: readonly number[]
  store<I, E>(
    at: readonly I[],
    tools: ElementTools<I, E>,
  ): {
    /** The coordinates in the output. */
    readonly to: readonly I[]
    readonly element: E
    /** Adds to what is there, where this element is true, instead of overwriting. */
    readonly addWhere?: E
  }
}

/** An op whose output is written by several loops, one after the other. */
export interface StoreRule<P = never> {
  readonly kind: 'stores'
  loops(node: LoweredNode<P>): readonly StoreLoop[]
}

/** An op that no rule describes element by element: code generators have code for it that reads its inputs from memory. */
export interface OpaqueRule {
  readonly kind: 'opaque'
}

/** How a primitive becomes loops over elements. */
export type Lowering<P = never> = ElementRule<P> | ReductionRule<P> | ContractionRule<P> | StoreRule<P> | OpaqueRule

/** The rules of some ops, by name. */
export type Lowerings = Readonly<Record<string, Lowering>>
