import { numberText } from '../../code.ts'
import type { Helper } from '../../helper.ts'
import { type ColumnWriter, mark, type NumberState, scaled } from '../column-code.ts'

/** Reads a number as people write it; `d` is the decimal mark. */
export const numberReader: Helper = {
  name: 'rd',
  source:
    'const rd=(t,d)=>{const P=/^[+-]?(\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?$/i,y=/^[$€£¥₹₽₩]|[$€£¥₹₽₩]$|^(usd|eur|gbp|chf|jpy)\\b|\\b(usd|eur|gbp|chf|jpy)$/i,' +
    "F={k:1e3,m:1e6,b:1e9,t:1e12},o=v=>isFinite(v)?v:void 0;if(d==='.'&&P.test(t))return o(+t);" +
    "let s=t.replaceAll('\\u2212','-').replace(y,'').trim();const n=/^\\((.*)\\)$/.exec(s);if(n)s='-'+n[1].trim();" +
    "if(/^[+-]/.test(s))s=s[0]+s.slice(1).trim().replace(y,'').trim();if(s.endsWith('%'))s=s.slice(0,-1).trimEnd();" +
    "const f=F[(s.at(-1)||'').toLowerCase()];if(f)s=s.slice(0,-1).trimEnd();" +
    "const h=(d==='.'?/^([+-]?\\d{1,3})((?:,\\d{3})+)(\\D.*)?$/:/^([+-]?\\d{1,3})((?:\\.\\d{3})+)(\\D.*)?$/).exec(s)||" +
    "/^([+-]?\\d{1,3})((?:[ \\u00a0\\u202f'’_]\\d{3})+)(\\D.*)?$/.exec(s);if(h)s=h[1]+h[2].replace(/\\D/g,'')+(h[3]||'');" +
    "if(d===','){if(s.includes('.'))return;s=s.replace(',','.')}return P.test(s)?o(+s*(f||1)):void 0}",
}

/** Reads a number. */
const numberOf: Helper = {
  name: 'nu',
  source:
    "const nu=d=>c=>typeof c==='number'?isFinite(c)?c:void 0:typeof c==='bigint'||typeof c==='boolean'?Number(c):typeof c==='string'?rd(c.trim(),d):void 0",
  uses: [numberReader],
}

/** As the kind `number` of `@gradus/tables`. */
export const number: ColumnWriter = ({ options, state }, helpers) => {
  const decimal = options['decimal'] === ',' ? ',' : '.'
  const { offset, span, fill, marksMissing } = state as unknown as NumberState
  return {
    read: `${helpers.use(numberOf)}('${decimal}')`,
    expected: decimal === ',' ? "a number with the decimal mark ','" : 'a number',
    width: marksMissing ? 2 : 1,
    encode: (a, at) =>
      `${a}[${at}]=${scaled(`(v??${numberText(fill)})`, offset, span)};${mark(marksMissing, a, at + 1)}`,
  }
}
