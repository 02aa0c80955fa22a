import { sizeOf } from '@gradus/tensor'
import type { Helper } from '../../helper.ts'
import { type ColumnWriter, type NumberState, scaled } from '../column-code.ts'

/** Reads an array of `n` numbers. */
const arrayOf: Helper = {
  name: 'ar',
  source:
    "const ar=n=>c=>{if(typeof c!=='object'||!c)return;const a=c.data||(ArrayBuffer.isView(c)?c:Array.isArray(c)?c.flat(1/0):[]);return a.length===n&&Array.prototype.every.call(a,Number.isFinite)?a:void 0}",
}

/** As the kind `array` of `@gradus/tables`. */
export const array: ColumnWriter = ({ state }, helpers) => {
  const { shape, offset, span } = state as unknown as NumberState & { readonly shape: readonly number[] }
  return {
    read: `${helpers.use(arrayOf)}(${sizeOf(shape)})`,
    expected: `an array of numbers of the shape [${shape.join(', ')}]`,
    width: sizeOf(shape),
    encode: (a, at) => `if(v)for(let i=0;i<v.length;i++)${a}[${at}+i]=${scaled('v[i]', offset, span)};`,
    isAlone: true,
  }
}
