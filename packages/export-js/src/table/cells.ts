import type { Helper } from '../helper.ts'

/** Whether a cell has no value; `m` are the texts that mean it. */
export const isMissing: Helper = {
  name: 'mi',
  source: "const mi=(c,m)=>typeof c==='number'?c!==c:typeof c==='string'?m.has(c.trim().toLowerCase()):c==null",
}

/** Reads the cell of column `k` in row `i`; `q`: a missing one is refused. */
export const cellReader: Helper = {
  name: 'ce',
  source:
    "const ce=(r,i,k,m,q,g,s)=>{const c=Object.hasOwn(r,k)?r[k]:void 0,n=mi(c,m),v=n?void 0:g(c);if(n?q:v===void 0)throw new TypeError('row '+i+', '+k+': '+" +
    "(n?'no value':typeof c==='string'?JSON.stringify(c):String(c))+'; expected '+s);return v}",
  uses: [isMissing],
}

/** Whether a cell is a date, also of another frame of a page. */
export const isDate: Helper = { name: 'dt', source: "const dt=c=>({}).toString.call(c)==='[object Date]'" }

/** The text of a cell. */
export const textOf: Helper = {
  name: 'tt',
  source:
    "const tt=c=>typeof c==='string'?c.trim():dt(c)?isNaN(c)?'Invalid Date':c.toISOString():typeof c==='object'&&c?JSON.stringify(c):String(c)",
  uses: [isDate],
}
