import { arithmeticRows } from './arithmetic.ts'
import { bitRows } from './bits.ts'
import { castRow } from './casts.ts'
import { comparisonRows } from './comparison.ts'
import { functionRows } from './functions.ts'
import { roundToHalf } from './halves.ts'
import type { ElementwiseRow } from './row.ts'
import { threefryRows } from './threefry.ts'

/** How each elementwise op is computed, by name. */
export function elementwiseRow(op: string): ElementwiseRow | undefined {
  for (const rows of [arithmeticRows, comparisonRows, bitRows, functionRows, threefryRows]) {
    if (Object.hasOwn(rows, op)) return rows[op]
  }
  if (op === 'roundToHalf') return roundToHalf
  return op === 'cast' ? castRow : undefined
}
