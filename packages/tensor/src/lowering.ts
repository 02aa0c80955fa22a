import { arithmeticLowerings } from './lowering/arithmetic.ts'
import { broadcastLowerings } from './lowering/broadcast.ts'
import { convLowerings } from './lowering/conv.ts'
import { createLowerings } from './lowering/create.ts'
import { cumulativeLowerings } from './lowering/cumulative.ts'
import { indexingLowerings } from './lowering/indexing.ts'
import { matmulLowerings } from './lowering/matmul.ts'
import { movementLowerings } from './lowering/movement.ts'
import { randomKeyLowerings } from './lowering/random-key.ts'
import { reductionLowerings } from './lowering/reduction.ts'
import type { ElementRule, Lowering } from './lowering/rule.ts'
import { scanLowerings } from './lowering/scan.ts'
import { sortingLowerings } from './lowering/sorting.ts'
import { windowLowerings } from './lowering/window.ts'
import type { Op } from './op.ts'

export { roundToHalf } from './lowering/arithmetic.ts'
export * from './lowering/rule.ts'

/** The rule of elementwise ops: the op applied to the elements at the same position. */
const elementwise: ElementRule = {
  kind: 'element',
  element: ({ op, aval, inputs }, at, { make, read }) =>
    make.apply(
      aval.dtype,
      op,
      inputs.map((_, input) => read(input, at)),
    ),
}

/** The rules of the primitives that are not elementwise, by name. */
const lowerings: Readonly<Record<string, Lowering>> = {
  ...movementLowerings,
  ...broadcastLowerings,
  ...reductionLowerings,
  ...matmulLowerings,
  ...arithmeticLowerings,
  ...indexingLowerings,
  ...createLowerings,
  ...convLowerings,
  ...windowLowerings,
  ...randomKeyLowerings,
  ...cumulativeLowerings,
  ...sortingLowerings,
  ...scanLowerings,
}

/** The rule of a primitive; undefined for an op that is neither elementwise nor one of this package. */
export function loweringOf({ name, elementwise: isElementwise }: Op): Lowering | undefined {
  if (Object.hasOwn(lowerings, name)) return lowerings[name]
  return isElementwise ? elementwise : undefined
}
