import type { Helper } from '../helper.ts'

const plainNumber = '/^[+-]?(\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?$/i'

/** The helpers that read cells of rows and write predictions, by their names in exported files. They do what `@gradus/tables` does. */
export const tableHelpers: Readonly<Record<string, Helper>> = {
  // whether a cell has no value; m are the texts that mean it
  mi: {
    source: "const mi=(c,m)=>typeof c==='number'?c!==c:typeof c==='string'?m.has(c.trim().toLowerCase()):c==null",
  },
  // reads the cell of column k in row i; q: a missing one is refused
  ce: {
    source:
      "const ce=(r,i,k,m,q,g,s)=>{const c=Object.hasOwn(r,k)?r[k]:void 0,n=mi(c,m),v=n?void 0:g(c);if(n?q:v===void 0)throw new TypeError('row '+i+', '+k+': '+" +
      "(n?'no value':typeof c==='string'?JSON.stringify(c):String(c))+'; expected '+s);return v}",
    uses: ['mi'],
  },
  tt: {
    source:
      "const tt=c=>typeof c==='string'?c.trim():c instanceof Date?isNaN(c)?'Invalid Date':c.toISOString():typeof c==='object'&&c?JSON.stringify(c):String(c)",
  },
  // numbers as people write them; d is the decimal mark
  rd: {
    source:
      `const rd=(t,d)=>{const P=${plainNumber},y=/^[$€£¥₹₽₩]|[$€£¥₹₽₩]$|^(usd|eur|gbp|chf|jpy)\\b|\\b(usd|eur|gbp|chf|jpy)$/i,` +
      "F={k:1e3,m:1e6,b:1e9,t:1e12},o=v=>isFinite(v)?v:void 0;if(d==='.'&&P.test(t))return o(+t);" +
      "let s=t.replaceAll('\\u2212','-').replace(y,'').trim();const n=/^\\((.*)\\)$/.exec(s);if(n)s='-'+n[1].trim();" +
      "if(/^[+-]/.test(s))s=s[0]+s.slice(1).trim().replace(y,'').trim();if(s.endsWith('%'))s=s.slice(0,-1).trimEnd();" +
      "const f=F[(s.at(-1)||'').toLowerCase()];if(f)s=s.slice(0,-1).trimEnd();" +
      "const h=(d==='.'?/^([+-]?\\d{1,3})((?:,\\d{3})+)(\\D.*)?$/:/^([+-]?\\d{1,3})((?:\\.\\d{3})+)(\\D.*)?$/).exec(s)||" +
      "/^([+-]?\\d{1,3})((?:[ \\u00a0\\u202f'’_]\\d{3})+)(\\D.*)?$/.exec(s);if(h)s=h[1]+h[2].replace(/\\D/g,'')+(h[3]||'');" +
      "if(d===','){if(s.includes('.'))return;s=s.replace(',','.')}return P.test(s)?o(+s*(f||1)):void 0}",
  },
  nu: {
    source:
      "const nu=d=>c=>typeof c==='number'?isFinite(c)?c:void 0:typeof c==='bigint'||typeof c==='boolean'?Number(c):typeof c==='string'?rd(c.trim(),d):void 0",
    uses: ['rd'],
  },
  bo: {
    source:
      'const bo=c=>{const t=tt(c).toLowerCase();return/^(true|t|yes|y|on|1|1\\.0)$/.test(t)?1:/^(false|f|no|n|off|0|0\\.0)$/.test(t)?0:void 0}',
    uses: ['tt'],
  },
  // dates in milliseconds; o is the order of day, month and year
  dr: {
    source:
      'const dr=(t,o)=>{const D=(y,m,d)=>{if(d.length>2||m.length>2||y.length===3||y.length===1)return;const w=y.length===2?+y+(+y<70?2000:1900):+y,r=new Date(0);' +
      'r.setUTCFullYear(w,m-1,+d);return r.getUTCMonth()===m-1&&r.getUTCDate()===+d?r.getTime():void 0},' +
      "M=n=>String(['jan','feb','mar','apr','may','jun','jul','aug','sep','oct','nov','dec'].indexOf(n.slice(0,3).toLowerCase())+1)," +
      "W=s=>{let b=/^(\\d{1,4})[-/.](\\d{1,2})[-/.](\\d{1,4})$/.exec(s);if(b)return b[1].length>2?D(b[1],b[2],b[3]):o==='mdy'?D(b[3],b[1],b[2]):o==='dmy'?D(b[3],b[2],b[1]):void 0;" +
      'b=/^(?:[a-z]{3,9},?\\s+)?(?:(\\d{1,2})[\\s-]+([a-z]{3,9})\\.?|([a-z]{3,9})\\.?\\s+(\\d{1,2}))(?:st|nd|rd|th)?,?[\\s-]+(\\d{4}|\\d{2})$/i.exec(s);' +
      'if(b)return D(b[5],M(b[2]||b[3]),b[1]||b[4]);b=/^(\\d{4})[-/.](\\d{1,2})$|^([a-z]{3,9})\\.?\\s+(\\d{4})$/i.exec(s);' +
      "return b?b[1]?D(b[1],b[2],'1'):D(b[4],M(b[3]),'1'):void 0},w=W(t);if(w!==void 0)return w;" +
      'const f=/(?:(?:^|[T ,]\\s*)(\\d{1,2})[:.](\\d{2})(?:[:.](\\d{2})(?:[.,](\\d{1,9}))?)?\\s*([ap]m)?\\s*(Z|[+-]\\d{2}:?\\d{2})?)$/i.exec(t);if(!f)return;' +
      'let h=+f[1];const s=+(f[3]||0);if(f[5]&&(h<1||h>12))return;if(f[5])h=h%12+(/p/i.test(f[5])?12:0);if(h>24||f[2]>59||s>60)return;' +
      "const b=t.slice(0,t.length-f[0].length).trim(),d=b===''?/^\\d/.test(f[0])?0:void 0:W(b);if(d===void 0)return;" +
      "const z=f[6],x=z&&!/z/i.test(z)?z.replace(/\\D/g,''):'';return d+((h*60+ +f[2])*60+s)*1e3+ +('0.'+(f[4]||0))*1e3-(x?(z[0]==='-'?-1:1)*(x.slice(0,2)*60+ +x.slice(2))*6e4:0)}",
  },
  da: {
    source:
      "const da=o=>c=>c instanceof Date?isNaN(c)?void 0:+c:typeof c==='number'?Math.abs(c)<=864e13?c:void 0:typeof c==='string'?dr(c.trim(),o):void 0",
    uses: ['dr'],
  },
  // the part of the year, the week or the day that has passed
  cy: {
    source:
      "const cy=(t,k)=>{const D=864e5,p=n=>t/n-Math.floor(t/n);return k==='year'?(t-Date.UTC(new Date(t).getUTCFullYear(),0,1))/(366*D):p(k==='week'?7*D:D)}",
  },
  // the weights of words in a text; w has the numbers of words, q their rarity
  wo: {
    source:
      "const wo=(t,w,q,a,p)=>{const f=new Map;for(const x of t.toLowerCase().match(/[\\p{L}\\p{N}][\\p{L}\\p{N}']*/gu)||[]){const j=w.get(x);if(j>=0)f.set(j,(f.get(j)||0)+q[j])}" +
      'let s=0;for(const v of f.values())s+=v*v;for(const[j,v]of f)a[p+j]=v/Math.sqrt(s)}',
  },
  // an array of n numbers
  ar: {
    source:
      "const ar=n=>c=>{if(typeof c!=='object'||!c)return;const a=c.data||(ArrayBuffer.isView(c)?c:Array.isArray(c)?c.flat(1/0):[]);return a.length===n&&Array.prototype.every.call(a,Number.isFinite)?a:void 0}",
  },
  // the class of outputs; l: they are logits
  cl: {
    source:
      'const cl=(o,n,l)=>{let p=o;if(o.length===1){const s=l?1/(1+Math.exp(-o[0])):o[0];p=[1-s,s]}else if(l){const m=Math.max(...o),e=o.map(x=>Math.exp(x-m)),t=e.reduce((a,b)=>a+b,0);p=e.map(x=>x/t)}' +
      'const b=p.indexOf(Math.max(...p));return{value:n[b]??n[0],probabilities:Object.fromEntries(n.map((x,i)=>[x,p[i]]))}}',
  },
}
