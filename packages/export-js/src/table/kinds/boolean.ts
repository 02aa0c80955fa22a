import { numberText } from '../../code.ts'
import type { Helper } from '../../helper.ts'
import { textOf } from '../cells.ts'
import { type ColumnWriter, mark, type NumberState } from '../column-code.ts'

/** Reads a boolean as 0 or 1. */
const booleanOf: Helper = {
  name: 'bo',
  source:
    'const bo=c=>{const t=tt(c).toLowerCase();return/^(true|t|yes|y|on|1|1\\.0)$/.test(t)?1:/^(false|f|no|n|off|0|0\\.0)$/.test(t)?0:void 0}',
  uses: [textOf],
}

/** As the kind `boolean` of `@gradus/tables`. */
export const boolean: ColumnWriter = ({ state }, helpers) => {
  const { fill, marksMissing } = state as unknown as NumberState
  return {
    read: helpers.use(booleanOf),
    expected: 'true, false, yes, no, 1 or 0',
    width: marksMissing ? 2 : 1,
    encode: (a, at) => `${a}[${at}]=v??${numberText(fill)};${mark(marksMissing, a, at + 1)}`,
  }
}
