import type { V128 } from '../../assembler/index.ts'
import { taking } from './instructions.ts'
import { float32, float64, int32, type Lanes, type VectorBytes } from './lanes.ts'

/** Makes trials for instructions that compute each lane independently. Results are rounded or wrapped to the lane's type. */
const lanewise = (lanesOf: (vector: VectorBytes) => Lanes) => ({
  one: (make: (a: V128) => V128, text: string, is: (a: number) => number) =>
    taking('v128')(make, text, (a) => lanesOf(a).map((x) => is(x))),
  two: (make: (a: V128, b: V128) => V128, text: string, is: (a: number, b: number) => number) =>
    taking('v128', 'v128')(make, text, (a, b) => {
      const others = lanesOf(b)
      return lanesOf(a).map((x, lane) => is(x, others[lane]!))
    }),
})

export const onInt32 = lanewise(int32)
export const onFloat32 = lanewise(float32)
export const onFloat64 = lanewise(float64)
