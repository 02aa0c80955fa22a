import { jsonText } from '../../code.ts'
import { textOf } from '../cells.ts'
import { type ColumnWriter, mark } from '../column-code.ts'

/** As the kind `category` of `@gradus/tables`. */
export const category: ColumnWriter = ({ options, state }, helpers, define) => {
  const { categories, hasOther, marksMissing, fill } = state as unknown as {
    readonly categories: readonly string[]
    readonly hasOther: boolean
    readonly marksMissing: boolean
    readonly fill?: string
  }
  const numbers = define(`new Map(${jsonText(categories)}.map((x,i)=>[x,i]))`)
  const text = helpers.use(textOf)
  const given = options['categories'] as readonly string[] | undefined
  const other = categories.length
  return {
    read: given ? `c=>{const t=${text}(c);return ${jsonText(given)}.includes(t)?t:void 0}` : text,
    expected: given ? `one of ${given.map((one) => `'${one}'`).join(', ')}` : 'a name',
    width: other + Number(hasOther) + Number(marksMissing),
    encode: (a, at) =>
      `{const k=${fill === undefined ? 'v' : `v??${jsonText(fill)}`},j=${numbers}.get(k);if(j>=0)${a}[${at}+j]=1;` +
      `${hasOther ? `else if(k!==void 0)${a}[${at + other}]=1;` : ''}}${mark(marksMissing, a, at + other + Number(hasOther))}`,
  }
}
