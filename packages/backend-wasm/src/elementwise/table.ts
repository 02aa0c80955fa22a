import { arithmeticRows } from './arithmetic.ts'
import { bitRows } from './bits.ts'
import { castRow } from './casts.ts'
import { comparisonRows } from './comparison.ts'
import { functionRows } from './functions.ts'
import { roundToHalf } from './halves.ts'
import type { ElementwiseRow } from './row.ts'
import { threefryRows } from './threefry.ts'

/** Whether there is code for an elementwise op. */
export function hasElementwise(op: string): boolean {
  return elementwiseRow(op) !== undefined
}

/** The code of an elementwise op. */
export function elementwiseRow(op: string): ElementwiseRow | undefined {
  for (const rows of [arithmeticRows, comparisonRows, bitRows, functionRows, threefryRows]) {
    if (Object.hasOwn(rows, op)) return rows[op]
  }
  if (op === 'roundToHalf') return roundToHalf
  return op === 'cast' ? castRow : undefined
}
