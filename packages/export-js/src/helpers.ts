import type { Helper } from './helper.ts'

/** The helpers of kernels by the names that they have in exported files. */
const helpers: Readonly<Record<string, Pick<Helper, 'source'>>> = {
  f: { source: 'const f=Math.fround' },
  // nearest whole number, the even one at a tie
  rn: { source: 'const rn=x=>x-Math.floor(x)===.5?2*Math.round(x/2):Math.round(x)' },
  pw: { source: 'const pw=(x,y)=>x===1||x===-1&&Math.abs(y)===1/0?1:x**y' },
  // the remainder with the sign of the divisor
  md: { source: 'const md=(x,y)=>{const r=x%y;return r!==0&&r<0!==y<0?r+y:r}' },
  // to integers: truncated and saturated
  ti: { source: 'const ti=x=>x>2147483647?2147483647:x<-2147483648?-2147483648:x|0' },
  tu: { source: 'const tu=x=>x>4294967295?4294967295:x>0?x>>>0:0' },
  // shifts by 32 and more
  sl: { source: 'const sl=(x,n)=>n>>>0>31?0:x<<n' },
  sr: { source: 'const sr=(x,n)=>x>>(n>>>0>31?31:n)' },
  su: { source: 'const su=(x,n)=>n>>>0>31?0:x>>>n' },
  // float16: its bits, and the number of bits
  hb: {
    source:
      'const hw=new Float32Array(1),hi=new Uint32Array(hw.buffer);const hb=x=>{hw[0]=x;const s=hi[0]>>>16&32768,a=hi[0]&2147483647;' +
      'if(a>2139095040)return s|32256;if(a>=1199566848)return s|31744;if(a<947912704){hw[0]=.5+Math.abs(hw[0]);return s|hi[0]-1056964608}' +
      'return s|a-939524096+4095+(a>>>13&1)>>>13}',
  },
  hv: {
    source:
      'const hv=h=>{const e=h>>>10&31,m=h&1023,v=e===31?m?0/0:1/0:e?(1024+m)*2**(e-25):m*2**-24;return h&32768?-v:v}',
  },
  // the Abramowitz-Stegun forms are too coarse; a series below 2.5 and a continued fraction above agree to 1e-15
  er: {
    source:
      'const er=x=>{const a=Math.abs(x);if(a<2.5){let t=x,s=x;for(let n=1;n<60;n++){t*=-x*x/n;s+=t/(2*n+1)}return s*1.1283791670955126}' +
      'if(a>6)return Math.sign(x);let c=0;for(let n=60;n>0;n--)c=n/2/(a+c);return Math.sign(x)*(1-Math.exp(-a*a)/(1.772453850905516*(a+c)))}',
  },
  // Threefry-2x32 with 20 rounds; the XOR of both words, the first, or the second
  tf: {
    source:
      'const tf=(k,l,x,y)=>{const K=[k,l,k^l^466688986],R=[[17,29,16,24],[13,15,26,6]];x=x+k|0;y=y+l|0;' +
      'for(let g=1;g<6;g++){for(const r of R[g&1]){x=x+y|0;y=(y<<r|y>>>32-r)^x}x=x+K[g%3]|0;y=y+K[(g+1)%3]+g|0}return[x>>>0,y>>>0,(x^y)>>>0]}',
  },
  // running sums and products of x along an axis of n elements, at distance d
  cu: {
    source:
      'const cu=(y,x,n,d,r,e,s,g)=>{for(let b=0;b<x.length;b+=n*d)for(let i=0;i<d;i++){let t=s;for(let k=0;k<n;k++){' +
      'const p=b+i+(r?n-1-k:k)*d,v=g(t,x[p]);y[p]=e?t:v;t=v}}}',
  },
  // the order of the elements along an axis, NaN last
  so: {
    source:
      'const so=(y,x,n,d,r)=>{for(let b=0;b<x.length;b+=n*d)for(let i=0;i<d;i++){const g=k=>x[b+i+k*d],o=Array.from({length:n},(_,k)=>k);' +
      'o.sort((k,l)=>{const u=g(k),v=g(l);return u!==u||v!==v?(u!==u)-(v!==v)||k-l:u===v?k-l:u<v!==r?-1:1});o.forEach((k,j)=>{y[b+i+j*d]=k})}}',
  },
  // a loop over n steps: c carries, s sequences; g is the body, a the inputs, o the outputs
  sc: {
    source:
      'const sc=(n,r,c,s,g,a,o)=>{let h=a.slice(0,c).map(x=>x.slice()),k=h.map(x=>x.slice());const at=(x,t)=>x.subarray(t*x.length/n,(t+1)*x.length/n);' +
      'for(let d=0;d<n;d++){const t=r?n-1-d:d;g(...h,...a.slice(c,c+s).map(x=>at(x,t)),...a.slice(c+s),...k,...o.slice(c).map(x=>at(x,t)));[h,k]=[k,h]}' +
      'h.forEach((x,i)=>o[i].set(x))}',
  },
  // a row as numbers into an array
  fi: {
    source:
      'const fi=(x,v,w)=>{const a=ArrayBuffer.isView(v)?v:Array.isArray(v)?v.flat(1/0):[v];' +
      'if(v==null||a.length!==x.length)throw new TypeError(w+" has "+(v==null?0:a.length)+" numbers; expected "+x.length);x.set(a)}',
  },
  // flat values as nested arrays
  ne: {
    source: 'const ne=(x,s)=>{let i=0;const g=d=>d===s.length?x[i++]:Array.from({length:s[d]},()=>g(d+1));return g(0)}',
  },
  // as `ne`, for booleans
  nb: {
    source:
      'const nb=(x,s)=>{let i=0;const g=d=>d===s.length?!!x[i++]:Array.from({length:s[d]},()=>g(d+1));return g(0)}',
  },
}

/** The helpers that a file uses. */
export class UsedHelpers {
  private readonly used = new Map<string, string>()

  /** Returns the name of a helper, or of the one of kernels with this name, and notes its use. */
  use(helper: string | Helper): string {
    const { name, source, uses = [] } = typeof helper === 'string' ? { ...helpers[helper]!, name: helper } : helper
    for (const needed of uses) this.use(needed)
    this.used.set(name, source)
    return name
  }

  /** The sources of the used helpers. */
  sources(): string[] {
    return [...this.used.values()]
  }
}
