import type * as ops from '../ops/matmul.ts'
import type { ContractionRule, Lowerings, ParamsOf } from './rule.ts'

const matmul: ContractionRule<ParamsOf<typeof ops.matmul.op>> = {
  kind: 'contraction',
  loops({ params: { transposeA }, aval, inputs }) {
    const { shape } = inputs[0]!
    const [m, n] = aval.shape.slice(-2) as [number, number]
    return { batch: shape.slice(0, -2), m: [m], n: [n], k: [shape.at(transposeA ? -2 : -1)!] }
  },
  coordinates({ params: { transposeA, transposeB } }, { batch, m, n, k }) {
    return {
      a: [...batch, ...(transposeA ? [k[0]!, m[0]!] : [m[0]!, k[0]!])],
      b: [...batch, ...(transposeB ? [n[0]!, k[0]!] : [k[0]!, n[0]!])],
      out: [...batch, m[0]!, n[0]!],
    }
  },
}

export const matmulLowerings: Lowerings = { matmul }
