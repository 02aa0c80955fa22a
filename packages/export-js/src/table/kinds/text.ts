import { jsonText, numberText } from '../../code.ts'
import type { Helper } from '../../helper.ts'
import { textOf } from '../cells.ts'
import type { ColumnWriter } from '../column-code.ts'

/** Writes the weights of words in a text; `w` has the positions of words, `q` their rarity. */
const wordsOf: Helper = {
  name: 'wo',
  source:
    "const wo=(t,w,q,a,p)=>{const f=new Map;for(const x of t.toLowerCase().match(/[\\p{L}\\p{N}][\\p{L}\\p{N}']*/gu)||[]){const j=w.get(x);if(j>=0)f.set(j,(f.get(j)||0)+q[j])}" +
    'let s=0;for(const v of f.values())s+=v*v;for(const[j,v]of f)a[p+j]=v/Math.sqrt(s)}',
}

/** As the kind `text` of `@gradus/tables`. */
export const text: ColumnWriter = ({ state }, helpers, define) => {
  const { words, rarity } = state as unknown as {
    readonly words: readonly string[]
    readonly rarity: readonly number[]
  }
  const numbers = define(`new Map(${jsonText(words)}.map((x,i)=>[x,i]))`)
  const weights = define(`[${rarity.map(numberText).join()}]`)
  return {
    read: helpers.use(textOf),
    expected: 'a text',
    width: words.length,
    encode: (a, at) => `${helpers.use(wordsOf)}(v??'',${numbers},${weights},${a},${at});`,
  }
}
