import type { Aval, ConvParams, Node } from '@gradus/tensor'
import { type Index, plus, times } from '../index/integer.ts'

/** Extents of the loops of a sum of products: `out[batch, m, n] = sum over k of a[batch, m, k] * b[batch, k, n]`. */
interface ContractionShape {
  readonly batch: readonly number[]
  readonly m: readonly number[]
  readonly n: readonly number[]
  readonly k: readonly number[]
}

/** Loop variables of a contraction, or coordinates made of them. */
interface ContractionIndices {
  readonly batch: readonly Index[]
  readonly m: readonly Index[]
  readonly n: readonly Index[]
  readonly k: readonly Index[]
}

/** An op that sums products of its two inputs, each product once. */
export interface ContractionRule {
  shape(node: Node, inputs: readonly Aval[]): ContractionShape
  /** The coordinates in the two inputs and in the result. */
  places(
    node: Node,
    inputs: readonly Aval[],
    at: ContractionIndices,
  ): { readonly a: readonly Index[]; readonly b: readonly Index[]; readonly out: readonly Index[] }
}

/** The rules of the ops that multiply and sum, by name. */
export const contractionRules: Readonly<Record<string, ContractionRule>> = {
  matmul: {
    shape(node, [a]) {
      const { transposeA } = node.params as MatmulParams
      const [m, n] = node.aval.shape.slice(-2) as [number, number]
      return { batch: a!.shape.slice(0, -2), m: [m], n: [n], k: [a!.shape.at(transposeA ? -2 : -1)!] }
    },
    places(node, _, { batch, m, n, k }) {
      const { transposeA, transposeB } = node.params as MatmulParams
      return {
        a: [...batch, ...(transposeA ? [k[0]!, m[0]!] : [m[0]!, k[0]!])],
        b: [...batch, ...(transposeB ? [n[0]!, k[0]!] : [k[0]!, n[0]!])],
        out: [...batch, m[0]!, n[0]!],
      }
    },
  },
  // padding and gaps in the input have been made an op of their own before (see `plainConvolutions`)
  conv: {
    shape(node, [x, kernel]) {
      const { groups } = node.params as ConvParams
      const [perGroup, filters] = kernel!.shape.slice(-2) as [number, number]
      return {
        batch: groups === 1 ? [] : [groups],
        m: [x!.shape[0]!, ...node.aval.shape.slice(1, -1)],
        n: [filters / groups],
        k: [...kernel!.shape.slice(0, -2), perGroup],
      }
    },
    places(node, [, kernel], { batch, m, n, k }) {
      const { strides, kernelDilation } = node.params as ConvParams
      const [perGroup, filters] = kernel!.shape.slice(-2) as [number, number]
      const [sample, ...spatial] = m
      const taps = k.slice(0, -1)
      const channel = k.at(-1)!
      const places = spatial.map((place, i) => plus(times(place, strides[i]!), times(taps[i]!, kernelDilation[i]!)))
      const inGroup = (within: Index, width: number) => (batch[0] ? plus(times(batch[0], width), within) : within)
      const { groups } = node.params as ConvParams
      const filter = inGroup(n[0]!, filters / groups)
      return {
        a: [sample!, ...places, inGroup(channel, perGroup)],
        b: [...taps, channel, filter],
        out: [sample!, ...spatial, filter],
      }
    },
  },
}

interface MatmulParams {
  readonly transposeA: boolean
  readonly transposeB: boolean
}
