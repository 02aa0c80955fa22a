import { sizeOf } from '@gradus/tensor'
import type { Helper } from '../../helper.ts'
import type { ColumnWriter } from '../column-code.ts'

/** Reads the pixels of an image of `s` pixels and `n` channels, without the alpha channel where the image has none. */
const pixelsOf: Helper = {
  name: 'px',
  source:
    "const px=(s,n)=>c=>{if(typeof c!=='object'||!c)return;const d=c.data||(ArrayBuffer.isView(c)?c:Array.isArray(c)?c.flat(1/0):[]),m=d.length/s;" +
    'if(m!==n&&(m!==4||n!==3)||!Array.prototype.every.call(d,isFinite))return;const k=d.BYTES_PER_ELEMENT===2?65535:255;' +
    'return Float32Array.from({length:s*n},(_,i)=>d[m===n?i:(i/n|0)*m+i%n]/k)}',
}

/** As the kind `image` of `@gradus/tables`, for pixels; files are not read. */
export const image: ColumnWriter = ({ state }, helpers) => {
  const { shape } = state as unknown as { readonly shape: readonly [height: number, width: number, channels: number] }
  const [height, width, channels] = shape
  return {
    read: `${helpers.use(pixelsOf)}(${height * width},${channels})`,
    expected: `the pixels of an image of the shape [${shape.join(', ')}], from 0 to 255, as a list or as getImageData of a canvas returns them`,
    width: sizeOf(shape),
    encode: (a, at) => `if(v)${a}.set(v,${at});`,
    isAlone: true,
  }
}
