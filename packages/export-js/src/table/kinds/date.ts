import { numberText } from '../../code.ts'
import type { Helper } from '../../helper.ts'
import { isDate } from '../cells.ts'
import { type ColumnWriter, mark, type NumberState, scaled } from '../column-code.ts'

/** Reads a date in milliseconds; `o` is the order of day, month and year. */
export const dateReader: Helper = {
  name: 'dr',
  source:
    'const dr=(t,o)=>{const D=(y,m,d)=>{if(d.length>2||m.length>2||y.length===3||y.length===1)return;const w=y.length===2?+y+(+y<70?2000:1900):+y,r=new Date(0);' +
    'r.setUTCFullYear(w,m-1,+d);return r.getUTCMonth()===m-1&&r.getUTCDate()===+d?r.getTime():void 0},' +
    "M=n=>String(['jan','feb','mar','apr','may','jun','jul','aug','sep','oct','nov','dec'].indexOf(n.slice(0,3).toLowerCase())+1)," +
    "W=s=>{let b=/^(\\d{1,4})[-/.](\\d{1,2})[-/.](\\d{1,4})$/.exec(s);if(b)return b[1].length>2?D(b[1],b[2],b[3]):o==='mdy'?D(b[3],b[1],b[2]):o==='dmy'?D(b[3],b[2],b[1]):void 0;" +
    'b=/^(?:[a-z]{3,9},?\\s+)?(?:(\\d{1,2})[\\s-]+([a-z]{3,9})\\.?|([a-z]{3,9})\\.?\\s+(\\d{1,2}))(?:st|nd|rd|th)?,?[\\s-]+(\\d{4}|\\d{2})$/i.exec(s);' +
    'if(b)return D(b[5],M(b[2]||b[3]),b[1]||b[4]);b=/^(\\d{4})[-/.](\\d{1,2})$|^([a-z]{3,9})\\.?\\s+(\\d{4})$/i.exec(s);' +
    "return b?b[1]?D(b[1],b[2],'1'):D(b[4],M(b[3]),'1'):void 0},w=W(t);if(w!==void 0)return w;" +
    'const f=/(?:(?:^|[T ,]\\s*)(\\d{1,2})[:.](\\d{2})(?:[:.](\\d{2})(?:[.,](\\d{1,9}))?)?\\s*([ap]m)?\\s*(Z|[+-]\\d{2}:?\\d{2})?)$/i.exec(t);if(!f)return;' +
    'let h=+f[1];const s=+(f[3]||0);if(f[5]&&(h<1||h>12))return;if(f[5])h=h%12+(/p/i.test(f[5])?12:0);if(h>24||(h===24&&(+f[2]||s))||f[2]>59||s>60)return;' +
    "const b=t.slice(0,t.length-f[0].length).trim(),d=b===''?/^\\d/.test(f[0])?0:void 0:W(b);if(d===void 0)return;" +
    "const z=f[6],x=z&&!/z/i.test(z)?z.replace(/\\D/g,''):'',e=(z&&z[0]==='-'?-1:1)*(x.slice(0,2)*60+ +x.slice(2))*6e4;if(e>504e5||e<-504e5)return;return d+((h*60+ +f[2])*60+s)*1e3+ +('0.'+(f[4]||0))*1e3-e}",
}

/** Reads a date. */
const dateOf: Helper = {
  name: 'da',
  source:
    "const da=o=>c=>dt(c)?isNaN(c)?void 0:+c:typeof c==='number'?Math.abs(c)<=864e13?c:void 0:typeof c==='string'?dr(c.trim(),o):void 0",
  uses: [isDate, dateReader],
}

/** The part of the year, the week or the day that has passed. */
const cycleOf: Helper = {
  name: 'cy',
  source:
    "const cy=(t,k)=>{const D=864e5,p=n=>t/n-Math.floor(t/n);return k==='year'?(t-Date.UTC(new Date(t).getUTCFullYear(),0,1))/(366*D):p(k==='week'?7*D:D)}",
}

/** As the kind `date` of `@gradus/tables`. */
export const date: ColumnWriter = ({ options, state }, helpers) => {
  const { offset, span, fill, marksMissing, cycles } = state as unknown as NumberState & {
    readonly cycles: readonly string[]
  }
  const order = (options['order'] ?? 'ymd') as string
  const text = { dmy: ' (day, month, year)', mdy: ' (month, day, year)' }[order] ?? ''
  return {
    read: `${helpers.use(dateOf)}('${order}')`,
    expected: `a date${text}`,
    width: 1 + 2 * cycles.length + Number(marksMissing),
    encode: (a, at) => {
      const parts = cycles.map((cycle, index) => {
        const angle = `2*Math.PI*${helpers.use(cycleOf)}(t,'${cycle}')`
        return `${a}[${at + 1 + 2 * index}]=Math.sin(${angle});${a}[${at + 2 + 2 * index}]=Math.cos(${angle});`
      })
      const time = `{const t=v??${numberText(fill)};${a}[${at}]=${scaled('t', offset, span)};${parts.join('')}}`
      return `${time}${mark(marksMissing, a, at + 1 + 2 * cycles.length)}`
    },
  }
}
